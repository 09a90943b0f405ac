"""No parameter is silently ignored: an unknown one is refused with the nearest known one (D26)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Request

from greffe.errors import BadQuery, nearest


def only(*names: str, several: str = "") -> Callable[[Request], Awaitable[None]]:
    """A dependency that refuses query parameters other than `names`, and one given twice but for `several`."""

    async def check(request: Request) -> None:
        seen: set[str] = set()
        for name, _ in request.query_params.multi_items():
            if name not in names:
                raise BadQuery(
                    "Unknown parameter.",
                    parameter=name,
                    nearest=nearest(name, names),
                    hint=f"Known: {', '.join(names) or 'none'}.",
                )
            if name in seen and name != several:
                raise BadQuery("The parameter is given twice.", parameter=name)
            seen.add(name)

    return check

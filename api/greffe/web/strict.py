"""No parameter is silently ignored: an unknown one is refused with the nearest known one (D26), a page that is none too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Final
from weakref import WeakKeyDictionary

from fastapi import Request
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.responses import Response
from starlette.routing import compile_path

from greffe.errors import BadQuery, nearest
from greffe.model.strict_json import NoJsonError, read_strictly

# What a dependency of a page lets through.
_KNOWN: Final[WeakKeyDictionary[object, tuple[str, ...]]] = WeakKeyDictionary()


def page_number(text: str) -> int:
    """The page of a list that an address names. Raises BadQuery for what is none."""
    if not (text.isascii() and text.isdecimal()) or not int(text[:9]) > 0:
        raise BadQuery(f"{text!r} is no page.", parameter="page")
    return int(text[:9])


def one_of(request: Request, name: str, known: Sequence[str]) -> str:
    """The parameter, '' when it is not given. Raises BadQuery for another word than those."""
    word = request.query_params.get(name, "")
    if word and word not in known:
        raise BadQuery(f"{word[:100]!r} is none of its values.", parameter=name, nearest=nearest(word, known))
    return word


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
                    hint=f"Known: {', '.join(names)}." if names else "No parameter is known here.",
                )
            if name in seen and name != several:
                raise BadQuery("The parameter is given twice.", parameter=name)
            seen.add(name)

    _KNOWN[check] = names
    return check


def refuse_unknown(request: Request) -> None:
    """Raises BadQuery for a parameter in the address of a form that the page at this address does not know: its form goes there
    with what the page was asked for. A form for an address without a page knows none but the language."""
    for name in request.query_params if request.url.query else ():
        known = _known_at(request)
        if name not in known:
            raise BadQuery("Unknown parameter.", parameter=name, nearest=nearest(name, known))


def _known_at(request: Request) -> tuple[str, ...]:
    path = request.scope["path"]
    for page in iter_route_contexts(request.app.routes):
        if page.path and "GET" in (page.methods or ()) and compile_path(page.path)[0].match(path):
            return ("lang", *(n for d in page.dependencies for n in _KNOWN.get(d.dependency, ())))
    return ("lang",)


class StrictJson(APIRoute):
    """A route whose body of JSON is read strictly: a name that stands twice is no name at all."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[None, None, Response]]:
        """What is called of each request. Raises BadQuery for what is not JSON, or not of one meaning."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            if request.method == "POST":
                try:
                    read_strictly((await request.body()).decode("utf-8"))
                except UnicodeDecodeError as error:
                    raise BadQuery("The body is not UTF-8.") from error
                except NoJsonError as error:
                    raise BadQuery(f"The body is no JSON: {error.what}.") from error
            return await inner(request)

        return handler

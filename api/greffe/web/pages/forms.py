"""A posted form: read within limits, from this site, of this session."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request
from starlette.datastructures import UploadFile

from greffe.errors import BadQuery, Denied, nearest
from greffe.web.pages.parsed import fields_of
from greffe.web.pages.visitors import Visitor, same_site
from greffe.web.strict import refuse_unknown


@dataclass(frozen=True)
class Form:
    """Name → values, in order; name → (file name, bytes)."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """The one value of a field, without blanks around it. Raises BadQuery for several."""
        found = self.values.get(name, ())
        return _one(name, found).strip() if found else default

    def raw(self, name: str) -> str:
        """The one value as it was typed: a password. Raises BadQuery for several."""
        return _one(name, self.values.get(name, ()))

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field, e.g. of checkboxes."""
        return self.values.get(name, ())

    def file(self, name: str) -> tuple[str, bytes]:
        """An uploaded file. Raises BadQuery when none was chosen."""
        found = self.files.get(name, ("", b""))
        if not found[0]:
            raise BadQuery("No file was chosen.", parameter=name)
        return found


def _one(name: str, found: tuple[str, ...]) -> str:
    if len(found) > 1:
        raise BadQuery("The field is given twice.", parameter=name)
    return found[0] if found else ""


async def posted(request: Request, visitor: Visitor | None, *known: str, file: str = "") -> Form:
    """The form, with no other fields than `known` and `file`, the one that is a file. Raises Denied when it comes from elsewhere
    or not from this session, BadQuery for what cannot be read or is not known, also in the address. `visitor` None: a form of
    people who are not signed in."""
    same_site(request)
    refuse_unknown(request)
    values: dict[str, tuple[str, ...]] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for name, value in await fields_of(request):
        if not name or name not in (*known, "guard", file):
            raise BadQuery("Unknown field.", parameter=name, nearest=nearest(name, known))
        if isinstance(value, UploadFile) != (name == file):
            raise BadQuery(
                "A file is expected here." if name == file else "This is no field for a file.", parameter=name
            )
        if name in files:
            raise BadQuery("The field is given twice.", parameter=name)
        if isinstance(value, UploadFile):
            files[name] = (value.filename or "", await value.read())
        else:
            values[name] = (*values.get(name, ()), value)
    if visitor is not None:
        guard = visitor.session.guard if visitor.session else ""
        if not guard or not hmac.compare_digest(guard.encode(), _one("guard", values.get("guard", ())).encode()):
            raise Denied("This form is not of your session.", hint="Load the page again.")
    return Form(values, files)

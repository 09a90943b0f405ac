"""What pages about maps share: the table of an address, the review as it was asked for, and addresses back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from fastapi import Depends, Request

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, nearest
from greffe.mapping.exchange.sets import table_named
from greffe.model.maps import RepresentationMap
from greffe.release.parts import Parts
from greffe.release.review.overview import short
from greffe.release.review.queue import STATES
from greffe.web.pages.visitors import HOUSE, for_roles
from greffe.web.strict import page_number

HOUSE_STAFF: Final = [Depends(for_roles(*HOUSE))]
VIEW: Final = ("show", "q", "page", "item")


@dataclass(frozen=True)
class View:
    """Which part of a queue is looked at: a state ('' = all), a text, a page (0: that of the item), an item."""

    show: str = ""
    q: str = ""
    page: int = 0
    item: str = ""

    @classmethod
    def of(cls, request: Request) -> View:
        """As the address says. Raises BadQuery."""
        asked = request.query_params
        return cls.read(*(asked.get(name, "") for name in VIEW))

    @classmethod
    def read(cls, show: str, q: str, page: str, item: str) -> View:
        """From texts. Raises BadQuery."""
        if show not in ("", *STATES):
            raise BadQuery(f"{show!r} is no state.", parameter="show", nearest=nearest(show, STATES))
        number = page_number(page) if page else 0
        if len(q) > 200:
            raise BadQuery("A search has at most 200 characters.", parameter="q")
        return cls(show, q, number, item)


def table_at(catalogue: Catalogue, folder: str, name: str) -> RepresentationMap:
    """The table of an address. Raises NotFound."""
    return table_named(catalogue, f"{folder}/{name}")


def review_at(table: RepresentationMap, view: View = View(), anchor: str = "", **more: str) -> str:
    """The address of a review."""
    said = {"show": view.show, "q": view.q, "page": str(view.page or ""), "item": view.item, **more}
    query = urlencode({name: value for name, value in said.items() if value})
    where = f"/staff/mappings/{quote(short(table))}"
    return f"{where}{'?' if query else ''}{query}{'#' if anchor else ''}{anchor}"


def catalogue_of(parts: Parts) -> tuple[Parts, Catalogue]:
    """Parts that see what was just written, and what is effective."""
    acting = parts.acting()
    return acting, acting.catalogue()

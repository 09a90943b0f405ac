"""Feeds of what happens, for readers of news: Atom (RFC 4287), written with lxml. The same events give the same bytes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from greffe.formats.escaping import carried

MEDIA_TYPE: Final = "application/atom+xml"
_NS: Final = "http://www.w3.org/2005/Atom"
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Link:
    """Where to read on: `rel` alternate or related."""

    href: str
    rel: str = "alternate"
    media_type: str = "text/html"
    title: str = ""


@dataclass(frozen=True)
class Item:
    """Something that happened. `id` never changes; `categories`: term and label."""

    id: str
    title: str
    text: str
    at: datetime
    updated: datetime
    links: tuple[Link, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Feed:
    """`address`: its own, absolute. `updated`: of the last item, or since when there could have been one."""

    id: str
    title: str
    address: str
    page: str
    updated: datetime
    items: Sequence[Item]
    author: str
    rights: str
    language: str
    version: str


def stable_id(*parts: str) -> str:
    """The same for ever for the same thing, whatever the service's address is: a name-based UUID (RFC 9562)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "greffe:" + "/".join(parts)).urn


def atom(feed: Feed) -> bytes:
    """The feed as a document."""
    root = etree.fromstring(f'<feed xmlns="{_NS}"/>')
    root.set(_XML_LANG, feed.language)
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "updated", _moment(feed.updated))
    _link(root, Link(feed.address, "self", MEDIA_TYPE))
    _link(root, Link(feed.page))
    _text(etree.SubElement(root, f"{{{_NS}}}author"), "name", feed.author)
    _text(root, "rights", feed.rights)
    _text(root, "generator", "Greffe").set("version", feed.version)
    for item in feed.items:
        entry = etree.SubElement(root, f"{{{_NS}}}entry")
        _text(entry, "id", item.id)
        _text(entry, "title", item.title)
        _text(entry, "published", _moment(item.at))
        _text(entry, "updated", _moment(item.updated))
        for link in item.links:
            _link(entry, link)
        for term, label in item.categories:
            etree.SubElement(entry, f"{{{_NS}}}category", {"term": carried(term), "label": carried(label)})
        _text(entry, "summary", item.text)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _text(parent: etree._Element, name: str, text: str) -> etree._Element:
    found = etree.SubElement(parent, f"{{{_NS}}}{name}")
    found.text = carried(text)
    return found


def _link(parent: etree._Element, link: Link) -> None:
    said = {"rel": link.rel, "type": link.media_type, "href": link.href, "title": carried(link.title)}
    etree.SubElement(parent, f"{{{_NS}}}link", {name: value for name, value in said.items() if value})


def _moment(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

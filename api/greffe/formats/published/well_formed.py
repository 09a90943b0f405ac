"""Whether a message is XML at all, and who says that he sent it: the first thing that structural validation asks."""

from __future__ import annotations

import io

from lxml import etree

from greffe.errors import BadInput


def sender_of(content: bytes, name: str) -> str:
    """The id of the sender in the header, '' without one. Elements are dropped as they are read: entities are not expanded,
    nothing is fetched. Raises BadInput with the line for what is not well-formed, or declares a document type."""
    found = ""
    try:
        for event, element in etree.iterparse(
            io.BytesIO(content), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=False,
        ):  # fmt: skip
            if event == "start":
                if element.getparent() is None and element.getroottree().docinfo.internalDTD is not None:
                    raise BadInput("A document type declaration is not read.", file=name, row=1)
                continue
            local = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
            if local == "Sender" and not found:
                found = str(element.get("id", ""))
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise BadInput(
            f"This SDMX-ML message cannot be read: {error.msg}.", file=name, row=error.lineno or 1
        ) from error
    return found

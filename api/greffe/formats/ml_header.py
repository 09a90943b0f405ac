"""The Header of an SDMX-ML message of any version, of data or of structures (ML21-03)."""

from __future__ import annotations

from greffe.formats.escaping import xml
from greffe.model.dataset import Header


def header(found: Header, between: str, language: str) -> str:
    """The element with its elements in the order of the schema; `between` is XML for after the parties.

    The prefix `mes` is that of the message's namespace, whichever the version: the order is the same in all.
    """
    receiver = f'<mes:Receiver id="{xml(found.receiver)}"/>' if found.receiver else ""
    source = f'<mes:Source xml:lang="{xml(language)}">{xml(found.source)}</mes:Source>' if found.source else ""
    return (
        f"<mes:Header><mes:ID>{xml(found.id)}</mes:ID><mes:Test>{str(found.test).lower()}</mes:Test>"
        f"<mes:Prepared>{xml(found.prepared)}</mes:Prepared>"
        f'<mes:Sender id="{xml(found.sender)}"/>{receiver}{between}{source}</mes:Header>'
    )

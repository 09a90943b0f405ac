"""Namespaces of SDMX-ML 2.1, 3.0 and 3.1 (ML21-01, ML3-01), and how every XML answer begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True)
class Namespaces:
    """The namespaces of one version. `generic` is of 2.1 alone."""

    message: str
    common: str
    structure: str
    generic: str
    specific: str
    metadata: str
    footer: str


def _of(version: str) -> Namespaces:
    base = f"http://www.sdmx.org/resources/sdmxml/schemas/{version}"
    return Namespaces(
        f"{base}/message",
        f"{base}/common",
        f"{base}/structure",
        f"{base}/data/generic",
        f"{base}/data/structurespecific",
        f"{base}/metadata/generic",
        f"{base}/message/footer",
    )


NAMESPACES: Final = {"2.1": _of("v2_1"), "3.0": _of("v3_0"), "3.1": _of("v3_1")}
MESSAGE: Final = NAMESPACES["2.1"].message
COMMON: Final = NAMESPACES["2.1"].common
STRUCTURE: Final = NAMESPACES["2.1"].structure
GENERIC: Final = NAMESPACES["2.1"].generic
SPECIFIC: Final = NAMESPACES["2.1"].specific

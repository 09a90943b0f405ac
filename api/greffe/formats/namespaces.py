"""Namespaces of SDMX-ML 2.1 (ML21-01), and how every XML answer begins."""

from __future__ import annotations

from typing import Final

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_BASE: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
MESSAGE: Final = f"{_BASE}/message"
COMMON: Final = f"{_BASE}/common"
STRUCTURE: Final = f"{_BASE}/structure"
GENERIC: Final = f"{_BASE}/data/generic"
SPECIFIC: Final = f"{_BASE}/data/structurespecific"
INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"

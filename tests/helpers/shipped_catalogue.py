"""The repository's own files and the catalogue that they make: read once for all tests of a process, which only read it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.load import load, read_folders

ROOT = Path(__file__).resolve().parents[2]


def shipped_files() -> dict[str, bytes]:
    """Content by path, in a dictionary of the caller's own."""
    return dict(_files())


@cache
def shipped_catalogue() -> Catalogue:
    return load(_files())


@cache
def _files() -> dict[str, bytes]:
    return read_folders(ROOT / "sdmx", ROOT / "mappings")


@cache
def committed_openapi(name: str) -> dict:
    """A document under openapi/, read by the parser in C: the one in Python takes seconds."""
    return read_plain((ROOT / "openapi" / name).read_text(encoding="utf-8"))


def read_plain(text: str) -> dict:
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

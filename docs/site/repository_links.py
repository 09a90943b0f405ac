"""Links of pages to what is no page: a file of the repository is offered as a download, a folder is named.

On a forge both are links; here a file that is not there stays a broken link, which ends the build.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from sphinx.application import Sphinx

LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s#:]+)\)")


def name_folders(app: Sphinx, page: str, source: list[str]) -> None:
    """Say the path of a folder after the words that led to it: a site has no listing of folders. The folders of pages that
    the site has lead to their first page."""
    folder = Path(app.srcdir, page).parent

    def said(found: re.Match[str]) -> str:
        words, target = found.groups()
        path = folder / target
        if not path.is_dir():
            return found[0]
        if (path / "README.md").is_file():
            return f"[{words}]({target}/README.md)"
        return f"{words} (`{os.path.relpath(path, app.srcdir)}`)"

    source[0] = LINK.sub(said, source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("source-read", name_folders)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

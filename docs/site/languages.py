"""Pages in two languages in one site: docs/fr/PATH is docs/PATH in French.

A French page has `lang="fr"`, the theme's own words in French and the French list of pages; every page leads to itself in the
other language, or says that there is none.
"""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import init

ENGLISH, FRENCH = "docs/", "docs/fr/"


def other(page: str) -> str:
    """The same page in the other language, whether it exists or not."""
    if page.startswith(FRENCH):
        return ENGLISH + page.removeprefix(FRENCH)
    return FRENCH + page.removeprefix(ENGLISH)


def navigation(html: str, french: bool) -> str:
    """The theme's list of all pages, of one language: the French ones are one branch of it."""
    tree = BeautifulSoup(html, "html.parser")
    for heading in tree.find_all("p", class_="caption"):
        if (heading.get_text().strip() == "Français") != french:
            heading.find_next_sibling("ul").decompose()
            heading.decompose()
    return str(tree)


def speak(app: Sphinx, page: str, template: str, context: dict[str, object], tree: nodes.document | None) -> None:
    """Give the templates language, words, list of pages and the way to the other language."""
    french = page.startswith(FRENCH)
    counterpart = other(page) if page.startswith(ENGLISH) else ""
    found = counterpart in app.env.found_docs
    context |= {
        "here": "fr" if french else "en",
        "counterpart": counterpart if found else "",
        "english_only": tree is not None and not found,
    }
    if french:
        context["language"] = "fr"
        context["_"] = context["gettext"] = app.french.gettext  # type: ignore[attr-defined]
    if "furo_navigation_tree" in context:
        context["furo_navigation_tree"] = navigation(str(context["furo_navigation_tree"]), french)


def load(app: Sphinx) -> None:
    """The words of Sphinx and the theme in French: theirs, and ours where they have none."""
    locale = Path(__file__).parent / "locale"
    app.french, _ = init([locale, app_locale()], "fr", "sphinx")  # type: ignore[attr-defined]
    init([app_locale()], app.config.language, "sphinx")


def app_locale() -> str:
    """Where Sphinx has its own translations."""
    import sphinx.locale

    return str(Path(sphinx.locale.__file__).parent)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx; after the theme, whose list of pages is cut to one language."""
    app.connect("builder-inited", load)
    app.connect("html-page-context", speak, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": False}

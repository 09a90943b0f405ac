"""Pages in two languages in one site: docs/fr/PATH is docs/PATH in French.

A French page has `lang="fr"`, the theme's own words in French and the French list of pages; every page leads to itself in the
other language, or says that there is none.
"""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

import sphinx.locale
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx

ENGLISH, FRENCH = "docs/", "docs/fr/"
# Words of the theme that Sphinx's own French lacks; those of its attributes stand in its templates as they are.
WORDS = {
    "Back to top": "Haut de page",
    "Copyright": "Droits",
    "Home": "Accueil",
    "Made with ": "Fait avec ",
    "Next": "Page suivante",
    "On this page": "Sur cette page",
    "Previous": "Page précédente",
}
LABELS = {
    "Skip to content": "Aller au contenu",
    "Toggle Light / Dark / Auto color theme": "Changer de thème\u00a0: clair, sombre, automatique",
    "Toggle site navigation sidebar": "Montrer ou cacher la liste des pages",
    "Toggle table of contents sidebar": "Montrer ou cacher le sommaire de la page",
}
# What the theme's frame lacks for those who hear it: English, French.
ASIDES = {"sidebar-drawer": ("Pages of the site", "Pages du site"), "toc-drawer": ("On this page", "Sur cette page")}


def other(page: str) -> str:
    """The same page in the other language, whether it exists or not."""
    if page.startswith(FRENCH):
        return ENGLISH + page.removeprefix(FRENCH)
    return FRENCH + page.removeprefix(ENGLISH)


def navigation(html: str, french: bool) -> str:
    """The theme's list of all pages, of one language: the French ones are one branch of it."""
    tree = BeautifulSoup(html, "html.parser")
    for heading in tree.find_all("p", class_="caption"):
        heading["aria-level"] = "2"
        if heading.get_text().strip().startswith("Français") != french:
            heading.find_next_sibling("ul").decompose()
            heading.decompose()
        elif french:
            heading.span.string = (
                heading.get_text().strip().removeprefix("Français").strip(" :\u00a0").capitalize() or "Pages"
            )
    return str(tree)


@cache
def sphinx_in_french() -> NullTranslations:
    """Sphinx's own words in French."""
    return translation("sphinx", str(Path(sphinx.locale.__file__).parent), ["fr"])


def speak(app: Sphinx, page: str, template: str, context: dict[str, object], tree: nodes.document | None) -> None:
    """Give the templates language, words, list of pages and the way to the other language."""
    french = page.startswith(FRENCH)
    counterpart = other(page) if page.startswith(ENGLISH) else ""
    found = counterpart in app.env.found_docs
    context["here"] = "fr" if french else "en"
    context["counterpart"] = counterpart if found else ""
    context["english_only"] = tree is not None and not found
    if french:
        own = sphinx_in_french()
        context["language"] = "fr"
        context["_"] = context["gettext"] = lambda words: WORDS.get(words.strip(), "") or own.gettext(words)
    if "furo_navigation_tree" in context:
        context["furo_navigation_tree"] = navigation(str(context["furo_navigation_tree"]), french)


def label(app: Sphinx, failed: Exception | None) -> None:
    """Name the two asides of each written page, and tell the labels of the theme in the page's language."""
    for file in Path(app.outdir).rglob("*.html") if failed is None else ():
        text = file.read_text("utf-8")
        french = '<html class="no-js" lang="fr"' in text
        for class_, words in ASIDES.items():
            text = text.replace(f'<aside class="{class_}', f'<aside aria-label="{words[french]}" class="{class_}')
        for english, told in LABELS.items() if french else ():
            text = text.replace(english, told)
        file.write_text(text, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx; after the theme, whose list of pages is cut to one language."""
    app.connect("html-page-context", speak, priority=900)
    app.connect("build-finished", label)
    return {"parallel_read_safe": True, "parallel_write_safe": False}

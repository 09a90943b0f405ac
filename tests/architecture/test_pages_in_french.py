"""What people other than operators and developers read of the how-to pages stands in French beside the English."""

from __future__ import annotations

import re

import pytest
from page_blocks import FENCE, ROOT

# Parts of docs/index.md that are for readers, staff and whoever delivers; and pages for them in other parts.
FOR_USERS = ("How to, for readers", "How to, for staff", "How to, for deliveries")
BESIDE = ("how-to/keys-for-machines",)
INDEX = (ROOT / "docs/index.md").read_text("utf-8")


def listed(caption: str) -> list[str]:
    """The pages of a part of the index, as it names them."""
    (part,) = re.findall(rf'^:caption: "?{caption}"?\n(.*?)^```$', INDEX, re.MULTILINE | re.DOTALL)
    return [line for line in part.splitlines() if line and not line.startswith(":")]


PAGES = sorted({page for caption in FOR_USERS for page in listed(caption)} | set(BESIDE))
FRENCH = sorted(
    str(path.relative_to(ROOT / "docs/fr").with_suffix(""))
    for path in (ROOT / "docs/fr").rglob("*.md")
    if path.parent.name != "reference" and path.name != "index.md"
)


def test_every_page_for_users_has_its_french():
    assert len(PAGES) > 20
    assert sorted(set(PAGES) - set(FRENCH)) == []


def test_french_pages_are_in_the_navigation_and_on_the_first_page_in_french():
    named = listed("Français : guides") + listed("Français : premiers pas")
    assert sorted(page.removeprefix("fr/") for page in named if page != "fr/index") == FRENCH
    first = (ROOT / "docs/fr/index.md").read_text("utf-8")
    assert [page for page in FRENCH if f"({page}.md)" not in first] == []


@pytest.mark.parametrize("page", FRENCH)
def test_each_leads_to_the_other_and_is_set_as_french_is(page):
    """No ordinary blank before a sign or within « »; what leads to a page that is there in French leads to the French one."""
    english, french = ((ROOT / folder / f"{page}.md").read_text("utf-8") for folder in ("docs", "docs/fr"))
    up = "../" * page.count("/")
    assert english.splitlines()[2] == f"[En français]({up}fr/{page}.md)"
    assert french.splitlines()[2] == f"[In English]({up}../{page}.md)"
    prose = re.sub(r"`[^`]*`", "`", FENCE.sub("", french))
    assert re.findall(r".{12}(?: [:;?!](?=[\s)|]|$)|« | »)", prose) == []
    here = (ROOT / "docs/fr" / page).parent
    links = re.findall(r"\]\(([^)#:]+\.md)", "\n".join(prose.splitlines()[3:]))
    led = {(here / link).resolve() for link in links}
    assert sorted(str(p) for p in led & {ROOT / "docs" / f"{one}.md" for one in FRENCH}) == []

"""States of pages other than the first: nothing found, refused forms, refused addresses, content that was swapped in."""

from __future__ import annotations

import pytest
from site_tools import ADMIN, PASSWORD

MAP = "/staff/mappings/ESTAT/infraction_to_pris_iccs"
# Path → who looks ("" is the public), and what the page says in French.
ASKED = {
    "/search?q=zzzzzz": ("", "Rien de diffusé ne répond"),
    "/search?q=homicide": ("", "répondent"),
    "/bridge?q=zzzzzz": ("", ""),
    "/bridge?state=open": ("", ""),
    "/data/ESTAT_CRIM_OFF_CAT?key=.ICCS0101.P_HTHAB.": ("", ""),
    "/data/ESTAT_CRIM_OFF_CAT?key=.ICCS0601..&release=1&chart=bar": ("", "barres"),
    "/data/NOWHERE": ("", ""),
    "/data/ESTAT_CRIM_OFF_CAT?key=A.B": ("", ""),
    "/trace/CEPEJ_STAT?key=A.B&period=2012": ("", ""),
    "/trace?flow=NOWHERE": ("", ""),
    "/staff/register?text=zzzzzz": ("hana", ""),
    "/staff/register?page=x": ("hana", ""),
    f"{MAP}?q=zzzzzz": ("camille", "Rien ici"),
    f"{MAP}?show=unmapped": ("camille", "sans cible"),
    f"{MAP}?item=INFRACTION%3DABUS_CONF": ("camille", "ABSENTE DES TYPES"),
    "/staff/findings/CEPEJ_CASES%231?text=zzzzzz": ("camille", ""),
    "/staff/trace/from?flow=INT_JUSTICE&c.INDICATEUR=CIV_TJ_NOV": ("hana", "CIV_TJ_NOUV"),
    "/staff/people": ("camille", ""),
    "/staff/proposals/P-00000000": ("camille", ""),
}


@pytest.mark.parametrize("path", ASKED)
def test_states_that_have_an_address(looking, judge, path):
    """Empty, filtered, refused: all of it holds as on every page, and is in the language of the reader"""
    who, says = ASKED[path]
    page = looking(who)
    page.goto(f"{path}{'&' if '?' in path else '?'}lang=fr")
    judge.whole(page, "fr")
    assert says in page.locator("main").inner_text()


# Path → who, the form's button, what is typed (by name), and what has to be among the words of the alert.
REFUSED = {
    "/signin": ("", "main form button", {"name": "camille", "password": "wrong"}, ""),
    "/staff/account": (
        "camille",
        "main form button",
        {"old": "wrong", "password": PASSWORD + "x", "again": "other"},
        "",
    ),
    "/staff/releases": (
        "farid",
        "form:has(select[name=flows]) button",
        {"flows": "CEPEJ_STAT", "at": "2027-13-45"},
        "2027-13-45",
    ),
    "/staff/keys": (ADMIN, "button[value=make], section button", {"title": "x"}, ""),
    "/staff/people": (ADMIN, "button[value=add]", {"name": "two words!"}, ""),
    f"{MAP}?item=OFF-001": (
        "camille",
        "button[value=change]",
        {"target:iccs": "ICCS0l01", "reason": "typed before"},
        "'ICCS0l01' is not a code",
    ),
}


@pytest.mark.parametrize("path", REFUSED)
def test_a_refused_form_says_why_and_keeps_what_was_typed(page, sign_in, judge, path):
    """The alert names what is wrong, the page is whole, and what was typed, but no password, still stands in its fields"""
    who, button, typed, says = REFUSED[path]
    if who:
        sign_in(who, bench=False)
    page.goto(path)
    page.locator("main details:not([open])").evaluate_all("found => found.forEach((d) => { d.open = true; })")
    form = (
        page.locator("main form", has=page.locator(button)).first if "form" not in button else page.locator("main form")
    )
    for name, text in typed.items():
        field = form.locator(f"[name='{name}']").last
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)
    with page.expect_navigation():
        page.locator(button).last.click()
    alert = page.get_by_role("alert").inner_text()
    assert says in alert
    judge.whole(page)
    for name, text in typed.items():
        if not page.locator(f"[name='{name}'][type=password]").count():
            held = page.locator(f"main [name='{name}']").evaluate_all("found => found.map((e) => e.value)")
            assert text in held, (name, held)


def test_a_swap_keeps_the_way_back_and_tells_what_came(sign_in, judge):
    """A filter of findings and of coverage: the address follows, the count is told, the keyboard stays, going back goes back"""
    page = sign_in("camille", bench=False)
    for path, field, chosen in (
        ("/staff/findings/CEPEJ_CASES%231", "severity", 2),
        ("/staff/coverage/ESTAT/ESTAT_CTS_JUST", "by", 1),
    ):
        page.goto(path)
        before = page.locator("main").inner_text()
        choice = page.locator(f"form.filter select[name={field}]")
        choice.select_option(index=chosen)
        page.locator("form.filter button").press("Enter")
        page.wait_for_url(f"**{field}=**")
        page.wait_for_function("before => document.querySelector('main').innerText !== before", arg=before)
        assert page.evaluate("document.activeElement !== document.body")
        page.wait_for_function("() => document.getElementById('told').textContent.trim() !== ''")
        assert page.locator("#told").inner_text() in page.locator("main").inner_text()
        judge.whole(page)
        page.go_back()
        page.wait_for_function("before => document.querySelector('main').innerText === before", arg=before)


# What many ticked rows are asked first: rows → button, the section that asks. OFF-001 is decided; the best for DEGRAD is outside.
MANY = {
    "OFF-001": ("none", "#replaced", "Ceci remplace 1 décision"),
    "INFRACTION=DEGRAD": ("best", "#best-asks", "LE DESTINATAIRE NE LA PREND PAS"),
}


@pytest.mark.parametrize("item", MANY)
def test_what_a_decision_on_many_asks_first_is_a_page_as_others_are(sign_in, judge, item):
    """The list of decisions that would be replaced, and of what candidates ask: told first, held in focus, nothing kept yet"""
    button, section, says = MANY[item]
    page = sign_in("camille", bench=False)
    page.goto(f"{MAP}?q={item.partition('=')[2] or item}&lang=fr")
    page.locator(f"#bulk input[name=pick][value='{item}']").check()
    page.locator("#bulk details summary").click()
    if button == "none":
        page.locator("#bulk [name=reason]").fill("Personne n’y est compté.")
    with page.expect_navigation():
        page.locator(f"#bulk button[value={button}]").click()
    assert says in page.locator(section).inner_text()
    assert page.evaluate("document.activeElement.closest('section')?.id") == section[1:]
    judge.whole(page, "fr")
    page.goto("/staff/mappings/pending?lang=fr")
    assert item not in page.locator("main").inner_text()


VIEWS = {
    "/?lang=en": ("", "#flows-ESTAT a[href='/data/ESTAT_CRIM_OFF_CAT']"),
    "/search?q=homicide&lang=en": ("", "ol.hits h2 a"),
    "/data/ESTAT_CRIM_OFF_CAT?key=.ICCS0101.NR.&lang=en": ("", "svg.figures path.line"),
    "/trace/CEPEJ_STAT?key=A.CASE_PER_100.Q91_L1.I1.FRA&period=2012&lang=en": ("", "#mappings tbody tr"),
    "/staff?lang=en": ("camille", "h1"),
    "/staff/coverage?lang=en": ("camille", "a[href='/staff/coverage/CEPEJ']"),
    "/staff/coverage/ESTAT/ESTAT_CTS_JUST?lang=en": ("camille", "table.cells tbody td"),
    "/staff/findings/CEPEJ_CASES%231?rule=QR-PLA-01&lang=en": ("camille", "svg.marked .point"),
    f"{MAP}?item=OFF-001&lang=en": ("camille", "a[href*='/evidence?item=OFF-001']"),
    "/staff/releases/ESTAT_CRIM_OFF_CAT/1?lang=en": ("camille", "dl.facts"),
    "/staff/register?lang=en": ("hana", "table.register tbody tr"),
}


def test_each_main_view_is_there_without_scripts(browser, site, sign_in, sessions):
    """Its content, and no button that only a script would answer"""
    for who in ("camille", "hana"):
        sign_in(who, bench=False).context.clear_cookies()
    context = browser.new_context(base_url=site.base, java_script_enabled=False)
    page = context.new_page()
    for path, (who, content) in VIEWS.items():
        context.clear_cookies()
        if who:
            context.add_cookies(sessions[who])
        page.goto(path)
        assert page.locator(content).first.is_visible(), path
        assert page.locator("main button[type=button]:visible").count() == 0, path
    context.close()


WALK = """() => {
  const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
  const all = [...document.querySelectorAll('*')];
  return {place: e === document.body ? -1 : all.indexOf(e), shown: r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight,
    marked: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
    what: e.outerHTML.slice(0, 100)};
}"""


@pytest.mark.parametrize(
    "path", ["/search?q=homicide", "/data/ESTAT_CRIM_OFF_CAT?key=.ICCS0101.NR.", f"{MAP}?item=OFF-001"]
)
def test_the_tabulator_goes_through_a_page_in_its_order(page, sign_in, path):
    """Forward only, each stop in view and marked, and out again at the end: there is no trap"""
    if path.startswith("/staff"):
        sign_in("camille", bench=False)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    last, stops = -1, 0
    for _ in range(400):
        page.keyboard.press("Tab")
        found = page.evaluate(WALK)
        if found["place"] <= 0:
            break
        assert found["place"] > last, found
        assert found["shown"], found
        assert found["marked"], found
        last, stops = found["place"], stops + 1
    else:
        pytest.fail("the end is never reached")
    assert stops > 20

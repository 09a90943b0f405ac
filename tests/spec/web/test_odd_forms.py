"""Of a form nothing is passed over: what nobody would read is refused, and the field named."""

from __future__ import annotations

import html

import pytest
from house import AUTHOR
from reviewing import SEX, guard, signed_in
from small_house import small_house

from greffe.app import create_app

IMPORT, DECIDE = f"{SEX}/import", f"{SEX}/decide"
FORM, END = "multipart/form-data; boundary=XX", b"--XX--\r\n"
URLENCODED = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def author(tmp_path_factory):
    return signed_in(create_app(small_house(tmp_path_factory.mktemp("forms"))), AUTHOR)


@pytest.fixture(scope="module")
def mine(author) -> bytes:
    return part("guard", guard(author.get("/staff").text))


def part(name: str, value: str, more: str = "", head: str = "") -> bytes:
    return f'--XX\r\nContent-Disposition: form-data; name="{name}"{more}\r\n{head}\r\n{value}\r\n'.encode()


def told(author, body: bytes, kind: str = FORM, path: str = IMPORT) -> tuple[int, str]:
    answer = author.post(path, content=body, headers={"Content-Type": kind})
    return answer.status_code, html.unescape(answer.text)


LOOK, DROP, FILE = part("action", "look"), part("action", "drop"), '; filename="a.tsv"'
ODD = {
    "a text as a file": (DROP + part("reason", "x", FILE), "reason", "This is no field for a file."),
    "a file as a text": (LOOK + part("file", "x"), "file", "A file is expected here."),
    "a file named in another way": (LOOK + part("file", "x", "; filename*=utf-8''a.tsv"), "file", "A file is expected here."),
    "two files in a field": (LOOK + part("file", "a", FILE) + part("file", "b", FILE), "file", "The field is given twice."),
    "the guard twice": (DROP + part("guard", "x"), "guard", "The field is given twice."),
    "the guard as a file": (DROP + part("guard", "x", FILE), "guard", "This is no field for a file."),
    "two names": (
        part("action", "drop", head='Content-Disposition: form-data; name="reason"\r\n'),
        "action",
        "A part of the form has two heads Content-Disposition.",
    ),
    "a transfer encoding": (
        part("action", "ZHJvcA==", head="Content-Transfer-Encoding: base64\r\n"),
        "action",
        "Parts of a form are read as they are, in no transfer encoding.",
    ),
    "no name": (b"--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n", "", "A part of the form has a head that cannot be read"),
    "an empty name": (part("", "x"), "", "A part of the form has a head that cannot be read"),
    "a name of another kind": (
        b"--XX\r\nContent-Disposition: form-data; name*=utf-8''action\r\n\r\ndrop\r\n", "", "A part of the form has a head",
    ),
    "no head": (b"--XX\r\nX: form-data\r\n\r\nx\r\n", "", "A part of the form has a head that cannot be read"),
    "a bad head": (b"--XX\r\nC@ntent: x\r\n\r\nx\r\n", "", "A part of the form has a head that cannot be read"),
}  # fmt: skip

NAMED = {"reason": "Reason", "file": "File", "guard": "Guard", "action": "Action"}


@pytest.mark.parametrize("name", ODD)
def test_what_a_form_says_besides(author, mine, name):
    body, field, says = ODD[name]
    status, page = told(author, mine + body + END)
    assert (status, says in page) == (400, True), page
    assert not field or f"“{NAMED[field]}”: {says}" in page or f"parameter {field}: {says}" in page, page


@pytest.mark.parametrize("after", [b"x", b"\r\n" + DROP + END, b" " * 200_000 + b"x", b"--"])
def test_what_stands_after_the_end(author, mine, after):
    status, page = told(author, mine + DROP + END + after)
    assert (status, "Something stands after the end of the form." in page) == (400, True)


@pytest.mark.parametrize("cut", [1, 7, 1 << 16])
def test_blanks_after_the_end_are_none(author, mine, cut):
    """In pieces of any size the last boundary is found, and what looks like it within a file is none."""
    near = part("file", "\r\n--X\r\n--XX-\r--XX--", FILE)
    body = mine + DROP + near + END + b" \r\n\r\n"
    pieces = (body[at : at + cut] for at in range(0, len(body), cut))
    answer = author.post(IMPORT, content=pieces, headers={"Content-Type": FORM})
    assert answer.status_code == 303, answer.text


@pytest.mark.parametrize(("query", "wrong"), [("?foo=bar", "foo"), ("?lang=en&dry_run=true", "dry_run")])
def test_a_parameter_of_the_address_that_nobody_reads(author, mine, query, wrong):
    status, page = told(author, mine + DROP + END, path=IMPORT + query)
    assert (status, "Unknown parameter." in page, wrong in page) == (400, True, True)
    assert author.get(IMPORT + query).status_code == 400


@pytest.mark.parametrize(("path", "status"), [
    (f"{IMPORT}?lang=fr", 303), (f"{DECIDE}?item=x", 400), ("/preferences?lang=fr", 303),
    ("/preferences?colour=red", 400), ("/signin?back=/staff", 403), ("/signin?lang=en", 403), ("/signin?name=x", 400),
])  # fmt: skip
def test_a_form_goes_where_its_page_was_asked_for(author, mine, path, status):
    """The parameters that the page at the same address knows stay; without a page there is the language alone."""
    fields = {
        "/preferences": part("theme", "dark") + part("back", "/"),
        "/signin": part("name", "x") + part("password", "y"),
    }
    body = fields.get(path.partition("?")[0], DROP)
    assert told(author, mine + body + END, path=path)[0] == status


def test_a_password_given_twice(author):
    """The first of two was taken."""
    status, page = told(author, b"name=x&password=a&password=b", URLENCODED, "/signin")
    assert (status, "The field is given twice." in page) == (400, True)

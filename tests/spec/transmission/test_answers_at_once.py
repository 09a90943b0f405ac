"""Answers that two give at the same moment: as if one had come after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answer_books import changed
from questionnaires import SENDER, Desk, desk_at
from site_tools import copied

from greffe.app import compose
from greffe.model.answers import AnswerKey
from greffe.release.parts import Parts
from greffe.transmission.answers.acts import Typed, give, give_rest
from greffe.transmission.answers.asked import MISSING, asked
from greffe.transmission.answers.book_back import take_back
from greffe.transmission.answers.tables import from_csv


@pytest.fixture(scope="module")
def desk(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_at(copied(demo_home, tmp_path_factory.mktemp("once") / "var"))


def test_two_at_once_are_as_one_after_the_other(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """Whatever another process enters between the look and the entry: nothing is entered twice, and no answer is lost."""
    parts, other = desk.parts, compose(desk.parts.settings, desk.parts.clock)
    one, round_ = desk.built("CEPEJ_CYCLE", 2024), asked(parts, "CEPEJ", 2024)
    body = desk.content(one)
    open_ = [a for a in round_.cells if a.state == MISSING and not a.house]
    first, second = [a.name for a in open_ if a.row.layout.type == "number"][:2]
    third = next(a for a in open_ if a.row.layout.type == "yes_no" and a.section == "Resources")

    def between(act: Callable[[], int], meanwhile: Callable[[], object]) -> int:
        enter, left = parts.register.append_all, [meanwhile]

        def entering(*words: Any, **named: Any) -> object:
            while left:
                left.pop()()
            return enter(*words, **named)

        with monkeypatch.context() as patched:
            patched.setattr(parts.register, "append_all", entering)
            return act()

    def given(cell: str) -> list[object]:
        return [e.payload["value"] for e in parts.register.read(kinds=["answer.given"], subject=f"CEPEJ/2024/{cell}")]

    def taken(by: Parts, content: bytes) -> int:
        return take_back(by, SENDER, content, "back.xlsx", one.id)[1]

    book = changed(body, {first: 11, second: 12})
    assert between(lambda: taken(parts, book), lambda: taken(other, book)) == 0
    assert (given(first), given(second)) == (["11"], ["12"])
    table = f"cell,value\n{first},11\n{second},13\n".encode()
    assert between(
        lambda: from_csv(parts, SENDER, round_, table, "a.csv"), lambda: from_csv(other, SENDER, round_, table, "a.csv")
    ) == 0  # fmt: skip
    assert (given(first), given(second)) == (["11"], ["12", "13"])
    rest = [a.name for a in open_ if a.section == third.section and a.name != third.name]
    yes = Typed("Yes")
    assert between(
        lambda: give_rest(parts, SENDER, round_, third.section, "NA"),
        lambda: give(other, SENDER, AnswerKey("CEPEJ", 2024, third.name), yes),
    ) == len(rest)
    assert given(third.name) == ["Yes"]
    assert {asked(parts, "CEPEJ", 2024).cell(n).said.missing for n in rest} == {"NA"}  # type: ignore[union-attr]
    other.register.close()

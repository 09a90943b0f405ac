"""Whose role is taken away while they act has not acted: what they may do holds at the moment of the entry. SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
from house import FIRST, SECOND
from small_house import small_house

from greffe.app import compose
from greffe.errors import Denied
from greffe.release.definitions import approve_map
from greffe.release.people import HOUSE, add_person, set_roles


@pytest.mark.parametrize("away", [False, True], ids=["sqlite", "postgresql"])
def test_nobody_signs_by_a_role_that_was_taken_away_meanwhile(tmp_path, request, monkeypatch, away):
    url = request.getfixturevalue("new_postgresql") if away else ""
    parts = small_house(tmp_path, url, signed=False)
    other = compose(parts.settings, parts.clock)
    (map_, *_) = parts.catalogue().maps.values()
    head = parts.register.head()
    append, left = parts.register.append, [lambda: set_roles(other, HOUSE, FIRST.name, [])]

    def late(*words, **named):
        if left:
            left.pop()()
        return append(*words, **named)

    monkeypatch.setattr(parts.register, "append", late)
    with pytest.raises(Denied, match="no approver"):
        approve_map(parts, FIRST, map_)
    assert list(parts.register.read(after=head, kinds=["map.approved"])) == []
    left.append(lambda: add_person(other, HOUSE, SECOND.name, ["auditor"]))  # who may still sign does
    approve_map(parts, SECOND, map_)
    assert [e.actor for e in parts.register.read(after=head, kinds=["map.approved"])] == [SECOND.name]
    for one in (parts, other):
        one.register.close()

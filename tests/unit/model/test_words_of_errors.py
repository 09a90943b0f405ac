"""What errors are made of: counts with their nouns, and what there is when nothing is near."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from greffe.errors import GreffeError, known_words, nearest, numbered


def _kinds(kind: type[GreffeError] = GreffeError) -> list[type[GreffeError]]:
    return [kind, *(found for sub in kind.__subclasses__() for found in _kinds(sub))]


@pytest.mark.parametrize("kind", _kinds())
def test_an_error_of_every_kind_is_copied_with_all_that_it_holds(kind: type[GreffeError]):
    """Pages copy it to tell it in their words: one with a required keyword too."""
    required = {
        name: 5
        for name, p in inspect.signature(kind).parameters.items()
        if p.kind is p.KEYWORD_ONLY and p.default is p.empty
    }
    error = kind("Not now.", hint="Later.", **required)
    for made in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert (type(made), made.args, vars(made)) == (kind, error.args, vars(error))
    shown = copy.copy(error)
    shown.hint = ""
    assert error.hint == "Later."


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (numbered(0, "place"), "0 places"),
        (numbered(1, "place"), "1 place"),
        (numbered(2, "place"), "2 places"),
        (numbered(1, "map changes", "maps change"), "1 map changes"),
        (numbered(3, "map changes", "maps change"), "3 maps change"),
    ],
)
def test_one_is_singular(said: str, expected: str):
    assert said == expected


def test_what_there_is_is_named_only_when_nothing_is_near():
    known = [f"C{n}" for n in range(10)]
    assert known_words(nearest("C1", known), known) == ""
    assert nearest("NOPE", known) == ()
    assert known_words((), known) == "Known: C0, C1, C2, C3, C4, C5, C6, C7 and 2 more."
    assert known_words((), known[:2]) == "Known: C0, C1."
    assert known_words((), ()) == ""

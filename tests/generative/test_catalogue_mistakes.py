"""Whatever is wrong in a file, the answer is BadDefinition with the file's name, and never another error."""

from __future__ import annotations

import json

import small_catalogue as small
import yaml
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greffe.catalogue.load import load
from greffe.errors import BadDefinition

FILES = small.files(
    small.the_map()
    | {
        "aggregate": {"over": ["SEXE"], "reason": "x"},
        "calculations": [
            {"id": "t", "kind": "total", "over": "sex", "parts": ["M", "F"], "set": {"sex": "T"}},
            {"id": "f", "kind": "formula", "over": "sex", "expression": "M - F", "set": {"sex": "T"}, "where": {"leg": ["CONVICTED"]}},
        ],
    },
    sexes=small.table("source:SEXE,target:sex", r"([1]),M,r1,regex,exact,,,verified,,", "2,F,r2,exact,exact,2000-01-01,,verified,,"),
)  # fmt: skip
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 3), st.text(max_size=4), st.just([]), st.just({}),
    st.sampled_from(["T", "M", "sex", "SEXE", "INDICATEUR", "OBS_VALUE", "TIME_PERIOD", "OBS_STATUS", "CONDAMNES"]),
)  # fmt: skip


def _places(value, path=()):
    """Every place in a document, by the keys and indexes that lead to it."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from _places(one, (*path, key))


def _changed(data: st.DataObject, document: object) -> object:
    """The document with one value replaced or left out."""
    path = data.draw(st.sampled_from([p for p in _places(document) if p]))
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    if data.draw(st.booleans()):
        parent[path[-1]] = data.draw(VALUES)
    else:
        del parent[path[-1]]
    return document


def _loads_or_is_refused(files):
    try:
        load(files)
    except BadDefinition as error:
        assert error.file in files, error.text()


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_map_with_a_mistake(data: st.DataObject):
    document = _changed(data, yaml.safe_load(FILES[small.MAP]))
    _loads_or_is_refused(FILES | {small.MAP: small.as_yaml(document)})


@settings(max_examples=examples(36), deadline=None)
@given(st.data())
def test_an_artefact_with_a_mistake(data: st.DataObject):
    path = data.draw(st.sampled_from(sorted(p for p in FILES if p.endswith(".json"))))
    document = _changed(data, json.loads(FILES[path]))
    _loads_or_is_refused(FILES | {path: json.dumps(document).encode()})


@settings(max_examples=examples(36), deadline=None)
@given(st.data())
def test_a_table_with_a_mistake(data: st.DataObject):
    path = data.draw(st.sampled_from([small.SEXES, small.LEGS, small.STATUSES]))
    content = bytearray(FILES[path])
    place = data.draw(st.integers(0, len(content) - 1))
    content[place : place + data.draw(st.integers(0, 3))] = data.draw(
        st.sampled_from([b"", b",", b'"', b"\n", b"\x00", b"\xff", b"(", b"\\2", b"|", b"9", b"exact"])
    )
    _loads_or_is_refused(FILES | {path: bytes(content)})


@settings(max_examples=examples(36), deadline=None)
@given(st.data())
def test_any_file_that_ends_too_early(data: st.DataObject):
    path = data.draw(st.sampled_from(sorted(FILES)))
    cut = data.draw(st.integers(0, len(FILES[path]) - 1))
    _loads_or_is_refused(FILES | {path: FILES[path][:cut]})

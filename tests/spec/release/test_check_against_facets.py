"""Copies of a structure of Eurostat, one thing changed in each: what is told of four rows, counted by hand, or what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from house import FLOW, House, new_house
from journey_tools import inside as run
from outline import HEADER

from greffe.formats import structure_ml
from greffe.model.references import Reference
from greffe.model.structures import Dataflow

ROWS = """\
freq,iccs,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_STATUS,COMMENT_OBS,TERRITORY,DATA_ORIGIN
A,ICCS0301,NR,FR,2021,5,A,F,,fr_met_drom,real
A,ICCS0301,P_HTHAB,FR,2021,0.5,A,F,,fr_met_drom,real
A,ICCS0301,NR,FR,2020,7.25,A,F,seen,fr_met_drom,real
A,ICCS0301,NR,FR,2019,,A,F,not asked,fr_met_drom,real
"""
COMMENT = 'CS_COMMON(1.0.0).COMMENT_OBS</str:ConceptIdentity><str:LocalRepresentation><str:TextFormat textType="String"'
VALUE = '<str:TextFormat textType="Decimal" decimals="2"'
TIME = '<str:TextFormat textType="ObservationalTimePeriod"'
REGION = '<str:CubeRegion include="true">'


def ranged(inside: str, prefix: str = "str") -> str:
    """A region that begins with a range of periods."""
    key = f'<p:KeyValue id="TIME_PERIOD"><p:TimeRange>{inside}</p:TimeRange></p:KeyValue>'
    return REGION + key.replace("p:", f"{prefix}:")


FROM_TO = ranged("<p:StartPeriod>2020</p:StartPeriod><p:EndPeriod>2020-12-31T00:00:00</p:EndPeriod>")
CHANGES = {
    # What is put for what; (check, observations) of the rows; (check, severity) of the structure.
    "both ends": (REGION, FROM_TO,
        [("content constraint", 1), ("content constraint", 2)], [("content constraint", "warning")]),
    "from": (REGION, ranged('<p:AfterPeriod isInclusive="true">2020</p:AfterPeriod>'),
        [("content constraint", 1)], [("content constraint", "warning")]),
    "to": (REGION, ranged("<p:BeforePeriod>2020-Q4</p:BeforePeriod>"),
        [("content constraint", 2)], [("content constraint", "warning")]),
    # Half is less than one, 7.25 more than six; what is missing is neither.
    "values": (VALUE, f'{VALUE} minValue="1" maxValue="6"',
        [("invalid format", 1), ("invalid format", 1)], [("changed representation", "error")] * 2),
    "length": (COMMENT, f'{COMMENT} minLength="5"', [("invalid format", 1)], [("changed representation", "error")]),
    "mandatory": ('id="OBS_VALUE" usage="optional"', 'id="OBS_VALUE" usage="mandatory"',
        [("missing mandatory component", 1)], [("missing mandatory component", "error")]),
    "concept": ("CS_COMMON(1.0.0).COMMENT_OBS", "CS_COMMON(1.0.0).TITLE", [], [("changed representation", "warning")]),
    "scheme": ("CS_COMMON(1.0.0).COMMENT_OBS", "CS_OTHER(1.0.0).COMMENT_OBS",
        [], [("changed representation", "warning")]),
    "their scheme": ("SSER:CS_COMMON(1.0.0).COMMENT_OBS", "ESTAT:CS_OTHER(1.0.0).COMMENT_OBS", [], []),
    "integer": (VALUE, '<str:TextFormat textType="Integer"', [("invalid format", 2)], [("changed representation", "error")]),
    "boolean": (COMMENT, COMMENT.replace("String", "Boolean"),
        [("invalid format", 2)], [("changed representation", "error")]),
    "day": (TIME, TIME.replace("ObservationalTimePeriod", "GregorianDay"),
        [("invalid format", 4)], [("changed representation", "error")]),
}  # fmt: skip
REFUSED = {
    "interval": (VALUE, f'{VALUE} interval="2"', "interval of OBS_VALUE needs isSequence."),
    "facet": (VALUE, f'{VALUE} shape="round"', "The facet shape is not checked here: OBS_VALUE."),
    "start": (TIME, f'{TIME} startTime="soon"', "startTime of TIME_PERIOD: 'soon' is not a time period."),
    "type": (COMMENT, COMMENT.replace("String", "KeyValues"), "The text type KeyValues is not checked here: COMMENT_OBS."),
    "pattern": (COMMENT, f'{COMMENT} pattern="(?=a)"', "The pattern (?=a) is not checked here: COMMENT_OBS."),
    "number": (VALUE, f'{VALUE} minValue="one"', "minValue of OBS_VALUE is no number: 'one'."),
    "no period": (REGION, ranged("<p:AfterPeriod>soon</p:AfterPeriod>"), "soon"),
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Structures alone: nothing is released."""
    return new_house(tmp_path_factory.mktemp("facets") / "home")


def asked(house: House, folder: Path, put: str, instead: str, version: str = "3.0"):
    books = house.parts.catalogue()
    flow = books.latest(Dataflow, FLOW)
    structure = replace(books.structure(flow), reference=Reference("ESTAT", "CRIM_OFF_CAT", "2.0.0"), annotations=())
    (constraint,) = books.constraints(flow)
    constraint = replace(
        constraint, reference=Reference("ESTAT", "ALLOWED", "2.0.0"), attachments=(structure.urn,), annotations=()
    )
    lists = books.codelists(structure).values()
    message = b"".join(structure_ml.write(HEADER, [structure, *lists, constraint], version=version)).decode()
    assert message.count(put) == 1
    (folder / "theirs.xml").write_text(message.replace(put, instead), encoding="utf-8")
    (folder / "rows.csv").write_text(ROWS, encoding="utf-8")
    arguments = ("--against", str(folder / "theirs.xml"), "--dataflow", FLOW, "--format", "json")
    return run(house.parts.settings.home, "check", str(folder / "rows.csv"), *arguments)


@pytest.mark.parametrize("change", CHANGES)
def test_what_they_narrow_is_told_in_both_directions(house, tmp_path, change):
    put, instead, data, structure = CHANGES[change]
    ran = asked(house, tmp_path, put, instead)
    found = json.loads(ran.out)
    assert [(f["rule"], int(f["values"]["observations"])) for f in found["data"]] == data
    assert [(f["rule"], f["severity"]) for f in found["structure"]] == structure
    assert ran.code == (3 if data else 0)


def test_a_range_of_periods_is_read_in_2_1(house, tmp_path):
    """Its region is of another namespace: 2019 once, 2021 twice."""
    ran = asked(house, tmp_path, REGION, FROM_TO.replace("str:KeyV", "com:KeyV").replace("str:T", "com:T")
                .replace("str:S", "com:S").replace("str:E", "com:E"), "2.1")  # fmt: skip
    messages = [f["messages"]["en"] for f in json.loads(ran.out)["data"]]
    assert messages == [
        "Content constraint: TIME_PERIOD 2019 is not allowed, in 1 observation.",
        "Content constraint: TIME_PERIOD 2021 is not allowed, in 2 observations.",
    ]


@pytest.mark.parametrize("change", REFUSED)
def test_what_is_not_checked_is_refused(house, tmp_path, change):
    """One line, never silence."""
    put, instead, says = REFUSED[change]
    ran = asked(house, tmp_path, put, instead)
    assert ran.code == 2, ran.out
    assert says in ran.err

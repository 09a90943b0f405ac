"""Time rules, fixed values and formats in the YAML of a map: what cannot work is refused with its place."""

from __future__ import annotations

import pytest
import small_catalogue as small

from greffe.catalogue.artefact_json import read_message
from greffe.catalogue.from_standard import map_files
from greffe.catalogue.load import load
from greffe.errors import BadDefinition
from greffe.formats import structure_json
from greffe.model.dataset import Header
from greffe.model.mappings import (
    DatePatternMapping,
    EpochMapping,
    FixedMapping,
    FrequencyFormat,
    StandardStructureMap,
)
from greffe.model.maps import TimeRule
from greffe.model.references import Reference

TIME = {"id": "T1", "kind": "date-pattern", "source": "CONF", "pattern": "dd/MM/yyyy", "locale": "fr", "frequency": "M"}
EPOCH = {"id": "T2", "kind": "epoch", "source": "CONF", "base": "1970", "unit": "day", "frequency_dimension": "freq"}


def the_map(*times, **changed):
    """The small map, its period read by time rules."""
    found = small.the_map()
    found["components"] = [c for c in found["components"] if c["target"] != ["TIME_PERIOD"]]
    return found | {"times": list(times)} | changed


def refused(map_):
    """The error of loading it."""
    with pytest.raises(BadDefinition) as caught:
        load(small.files(map_))
    assert caught.value.file == small.MAP
    return caught.value


@pytest.mark.item("SM-12", "SM-30", "SM-31", "SM-32", "SM-33", "SM-34")
def test_time_rules_are_read():
    """SM-30 to SM-34: rules of both kinds, formats, and constants of the reverse direction (SM-12)."""
    books = load(
        small.files(
            the_map(TIME, EPOCH, frequency_formats={"M": "yyyy-'M'MM"}, fixed_source={"CONF": "C1"}, agency="SSER")
        )
    )
    [map_] = books.maps.values()
    assert map_.times == (
        TimeRule("T1", "date-pattern", "CONF", pattern="dd/MM/yyyy", locale="fr", frequency="M"),
        TimeRule("T2", "epoch", "CONF", unit="day", frequency_dimension="freq"),
    )
    assert map_.frequency_formats == {"M": "yyyy-'M'MM"}
    assert map_.fixed_source == {"CONF": "C1"}


@pytest.mark.item("SM-12", "SM-30", "SM-31", "SM-32", "SM-33", "SM-34")
def test_they_are_served_in_the_standards_form_and_come_back():
    """SM-12, SM-30 to SM-34: date patterns, epochs and formats as the standard says them, and our file from that again."""
    document = the_map(EPOCH, TIME, frequency_formats={"M": "yyyy-'M'MM"}, fixed_source={"CONF": "C1"})
    books = load(small.files(document))
    served = books.get(StandardStructureMap, Reference("SSER", "MAP_OUT"))
    dates = (("CONF", "TIME_PERIOD"),)
    assert served.date_patterns == (
        DatePatternMapping("T1", dates, "M", resolve="endOfPeriod", pattern="dd/MM/yyyy", locale="fr"),
    )
    assert served.epochs == (
        EpochMapping("T2", dates, "", "freq", ("FORMAT_M",), "endOfPeriod", base="1970", unit="day"),
    )
    assert served.frequency_formats == (FrequencyFormat("FORMAT_M", "M", "yyyy-'M'MM"),)
    assert served.fixed[-1] == FixedMapping("CONF", ("C1",), of_source=True)
    tables = [
        books.artefacts["representationmap", t.reference] for t in books.maps[served.reference].representation_maps
    ]
    [map_] = books.maps.values()
    for form in ("2.0.0", "2.1.0"):
        sent = read_message(
            b"".join(structure_json.write(Header("M1", "2026-11-24T10:00:00Z"), [served, *tables], version=form)), "m"
        )
        [again] = load(small.files(document) | map_files(sent, "m")).maps.values()
        assert (again.times, again.frequency_formats, again.fixed_source) == (
            map_.times, map_.frequency_formats, map_.fixed_source,
        )  # fmt: skip


@pytest.mark.item("SM-12")
def test_a_list_of_one_fixed_value_is_that_value():
    """SM-12: the standard allows 0..n values; components here have one."""
    [map_] = load(small.files(small.the_map() | {"fixed": {"unit": ["NR"]}})).maps.values()
    assert map_.fixed == {"unit": "NR"}


CASES = {
    # what is wrong: (map, path, what the message says)
    "no frequency": (the_map({k: v for k, v in TIME.items() if k != "frequency"}), "$.times[0]", "Either frequency or"),
    "two frequencies": (the_map(TIME | {"frequency_dimension": "freq"}), "$.times[0]", "Either frequency or"),
    "unknown kind": (the_map(TIME | {"kind": "date"}), "$.times[0].kind", "'date' is not known"),
    "no pattern": (the_map({k: v for k, v in TIME.items() if k != "pattern"}), "$.times[0]", "'pattern' is missing"),
    "pattern of an epoch": (the_map(EPOCH | {"pattern": "yyyy"}), "$.times[0]", "'pattern' is not known"),
    "no such letter": (the_map(TIME | {"pattern": "dd/MM/jjjj"}), "$.times[0].pattern", "'jjjj' in"),
    "no year": (the_map(TIME | {"pattern": "dd/MM"}), "$.times[0].pattern", "gives no year"),
    "no such locale": (the_map(TIME | {"locale": "tlh"}), "$.times[0].pattern", "the locale 'tlh'"),
    "no such unit": (the_map(EPOCH | {"unit": "seconds"}), "$.times[0].unit", "Nearest: second"),
    "no such base": (the_map(EPOCH | {"base": "the beginning"}), "$.times[0].base", "not a time period"),
    "base with a time": (the_map(EPOCH | {"base": "1970-01-01T12:00:00"}), "$.times[0].base", "beginning of a day"),
    "no such resolve": (the_map(TIME | {"resolve": "end"}), "$.times[0].resolve", "'end' is not known"),
    "twice": (the_map(TIME, TIME), "$.times[1].id", "'T1' stands twice"),
    "no such source": (the_map(TIME | {"source": "CON"}), "$.times[0].source", "Nearest: CONF"),
    "read from the value": (the_map(TIME | {"source": "OBS_VALUE"}), "$.times[0].source", "not read from the value"),
    "no such target": (the_map(TIME | {"target": "TIME"}), "$.times[0].target", "not a component"),
    "into a dimension": (the_map(TIME | {"target": "leg"}), "$.times[0].target", "neither TIME_PERIOD nor an attribute"),
    "two rules": (
        small.the_map() | {"times": [TIME]}, "$.times", "TIME_PERIOD has two rules, components[1] and times (SM-23)",
    ),
    "nobody gives the frequency": (
        the_map(EPOCH | {"frequency_dimension": "COMMENT_OBS"}), "$.times[0].frequency_dimension", "No rule gives",
    ),
    "a frequency without form": (the_map(TIME | {"frequency": "B"}), "$.times[0].frequency", "frequency_formats: {B: …}"),
    "n of no periods": (the_map(TIME | {"pattern": "yyyy n", "frequency": "I"}), "$.times[0].pattern", "have no number"),
    "a format that is no pattern": (the_map(TIME, frequency_formats={"M": "jj"}), "$.frequency_formats.M", "'jj' in"),
    "a format that is no period": (
        the_map(TIME, frequency_formats={"M": "MM/yyyy"}), "$.frequency_formats.M", "writes '07/2023', which is no time period",
    ),
    "a format that is a period on most days": (
        the_map(TIME, frequency_formats={"D": "yyyy-MM-d"}), "$.frequency_formats.D", "writes '2020-01-1', which is no time period",
    ),
    "a format of longer periods": (
        the_map(TIME, frequency_formats={"M": "yyyy-'Q'n"}), "$.frequency_formats.M", "writes '2023-Q3' for the period M of 2023-07-14",
    ),
    "a format of shorter periods": (
        the_map(TIME, frequency_formats={"M": "yyyy-MM-dd"}), "$.frequency_formats.M", "which is another period",
    ),
    "hours of half a day": (
        the_map(TIME, frequency_formats={"I": "yyyy-MM-dd'T'hh:mm"}), "$.frequency_formats.I", "which is another period",
    ),
    "formats for nobody": (
        small.the_map() | {"frequency_formats": {"M": "yyyy-MM"}}, "$.frequency_formats", "No time rule",
    ),
    "several fixed values": (
        small.the_map() | {"fixed": {"unit": ["NR", "P_HTHAB"]}}, "$.fixed.unit", "One value is expected here, found 2: NR, P_HTHAB",
    ),
    "no fixed value": (small.the_map() | {"fixed": {"unit": []}}, "$.fixed.unit", "One value is expected here, found 0."),
    "a constant of no source": (small.the_map() | {"fixed_source": {"leg": "X"}}, "$.fixed_source.leg", "not a component"),
    "a constant that is no code": (small.the_map() | {"fixed_source": {"CONF": "C2"}}, "$.fixed_source.CONF", "'C2' is not in"),
    "a map of another agency": (small.the_map() | {"agency": "ESTAT"}, "$.agency", "This is a map of ESTAT"),
}  # fmt: skip


@pytest.mark.item("SM-12", "SM-22", "SM-23", "SM-30", "SM-31", "SM-32", "SM-33", "SM-34", "SM-35")
@pytest.mark.parametrize("case", CASES)
def test_what_cannot_work_is_refused(case):
    """SM-12, SM-22, SM-23, SM-30 to SM-35 at load time, with the place in the file."""
    map_, path, says = CASES[case]
    error = refused(map_)
    assert error.parameter == path
    assert says in error.text()

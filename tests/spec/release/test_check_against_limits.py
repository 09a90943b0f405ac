"""Facets and constraints that none of ours has, in XML and JSON: what is told of five rows, counted by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from house import FLOW, House, new_house
from outline import HEADER

from greffe.errors import BadDefinition
from greffe.formats import structure_json, structure_ml
from greffe.model.references import Reference
from greffe.model.structures import Dataflow
from greffe.release.against import Asked, Told, check_against

ROWS = """\
freq,iccs,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_STATUS,COMMENT_OBS,TERRITORY,DATA_ORIGIN
A,ICCS0301,NR,FR,2021,5,A,F,,fr_met_drom,real
A,ICCS03011,NR,FR,2021,4,A,F,,fr_met_drom,real
A,ICCS0301,P_HTHAB,FR,2021,0.5,A,F,,fr_met_drom,real
A,ICCS0502,NR,FR,2020,9,A,F,seen,fr_met_drom,real
A,ICCS0301,NR,FR,2019,,A,F,not asked,fr_met_drom,real
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Structures alone: nothing is released."""
    return new_house(tmp_path_factory.mktemp("limits") / "home")


@pytest.fixture(scope="module")
def messages(house: House) -> dict[str, bytes]:
    """Eurostat's structure as ours is, without a region in its constraint."""
    books = house.parts.catalogue()
    flow = books.latest(Dataflow, FLOW)
    structure = replace(books.structure(flow), reference=Reference("ESTAT", "CRIM_OFF_CAT", "2.0.0"), annotations=())
    (constraint,) = books.constraints(flow)
    constraint = replace(
        constraint, reference=Reference("ESTAT", "ALLOWED", "2.0.0"), attachments=(structure.urn,), annotations=(),
        values={"freq": ("A",)},
    )  # fmt: skip
    theirs = [structure, *books.codelists(structure).values(), constraint]
    return {
        "xml": b"".join(structure_ml.write(HEADER, theirs, version="3.0")),
        "json": b"".join(structure_json.write(HEADER, theirs, version="2.1.0")),
    }


def against(house: House, folder: Path, message: bytes, rows: str = ROWS) -> Told:
    (folder / "theirs").write_bytes(message)
    (folder / "rows.csv").write_text(rows, encoding="utf-8")
    return check_against(house.parts, folder / "theirs", Asked(FLOW, folder / "rows.csv"))


def data(told: Told) -> list[tuple[str, str, int]]:
    return [(f.rule, f.where.rpartition(" ")[2], int(f.values["observations"])) for f in told.data]


def structure(told: Told) -> list[tuple[str, str]]:
    return [(f.rule, f.severity) for f in told.structure]


# Facets of the value, of the comment or of the period; (check, line, observations); of the structure how many of each.
VALUE, COMMENT, TIME = "OBS_VALUE", "COMMENT_OBS", "TIME_PERIOD"
FORMAT, CHANGED = "invalid format", "changed representation"
FACETS = {
    # 0.5 is below one; 4 is no odd number; 5 and 9 are.
    "sequence": (VALUE, {"isSequence": True, "startValue": 1, "interval": 2}, [(FORMAT, "3", 2)], [(CHANGED, "error")] * 2),
    "end": (VALUE, {"isSequence": True, "startValue": 0, "interval": 0.5, "endValue": 5},
        [(FORMAT, "5", 1)], [(CHANGED, "error")] * 3),
    "bounds": (VALUE, {"minValue": 1, "maxValue": 5}, [(FORMAT, "4", 1), (FORMAT, "5", 1)], [(CHANGED, "error")] * 2),
    "without bounds": (VALUE, {"dataType": "ExclusiveValueRange", "minValue": 0.5, "maxValue": 9},
        [(FORMAT, "4", 1), (FORMAT, "5", 1)], [(CHANGED, "error")] * 3),
    "times": (TIME, {"startTime": "2020", "endTime": "2020-12"}, [(FORMAT, "2", 4)], [(CHANGED, "error")] * 2),
    "steps": (TIME, {"isSequence": True, "startTime": "2019", "timeInterval": "P2Y"},
        [(FORMAT, "5", 1)], [(CHANGED, "error")] * 2),
    "lengths": (COMMENT, {"minLength": 5, "maxLength": 8}, [(FORMAT, "6", 1), (FORMAT, "5", 1)], [(CHANGED, "error")] * 2),
    # 9 means something else with them; 4 would be too little, but means something too: it is told as that alone.
    "sentinels": (VALUE, {"minValue": 0.5, "sentinelValues": [{"value": "9", "name": "x"}, {"value": "0", "name": "y"}]},
        [(FORMAT, "5", 1)], [(CHANGED, "error"), (CHANGED, "warning")]),
    "languages": (COMMENT, {"isMultilingual": True}, [], []),
    "month and day": (COMMENT, {"dataType": "MonthDay"}, [(FORMAT, "5", 2)], [(CHANGED, "error")]),
}  # fmt: skip


def component(tree: dict, id_: str) -> dict:
    inside = tree["data"]["dataStructures"][0]["dataStructureComponents"]
    every = [
        *inside["dimensionList"]["dimensions"], inside["dimensionList"]["timeDimension"],
        *inside["attributeList"]["attributes"], *inside["measureList"]["measures"],
    ]  # fmt: skip
    return next(c for c in every if c["id"] == id_)


def json_with(message: bytes, change: Callable[[dict], None]) -> bytes:
    tree = json.loads(message)
    change(tree)
    return json.dumps(tree).encode()


def xml_facets(message: bytes, id_: str, facets: dict) -> bytes:
    """The same facets as attributes, sentinels as elements."""
    text = message.decode()
    start = text.index(f'id="{id_}"', text.index("DataStructureComponents"))
    at = text.index("<str:TextFormat", start)
    old = text[at : text.index("/>", at) + 2]
    said = {"dataType": {VALUE: "Decimal", TIME: "ObservationalTimePeriod"}.get(id_, "String")} | facets
    said["textType"] = said.pop("dataType")
    inside = "".join(
        f'<str:SentinelValue value="{s["value"]}"><com:Name>x</com:Name></str:SentinelValue>'
        for s in said.pop("sentinelValues", [])
    )
    words = " ".join(f'{k}="{str(v).lower() if isinstance(v, bool) else v}"' for k, v in said.items())
    if id_ == VALUE:
        words += ' decimals="2"'
    return (text[:at] + f"<str:TextFormat {words}>{inside}</str:TextFormat>" + text[at + len(old) :]).encode()


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("facet", FACETS)
def test_every_facet_is_asked_in_both_directions(house, messages, tmp_path, facet, form):
    id_, facets, wanted, changed = FACETS[facet]
    if form == "xml":
        message = xml_facets(messages["xml"], id_, facets)
    else:
        message = json_with(
            messages["json"], lambda t: component(t, id_)["localRepresentation"]["format"].update(facets)
        )
    told = against(house, tmp_path, message)
    assert data(told) == wanted
    assert structure(told) == changed


@pytest.mark.parametrize("form", ["xml", "json"])
def test_how_many_values_stand_in_one_place(house, messages, tmp_path, form):
    """Two comments where there is one: refused of the two rows that have one. Up to three: to be known."""
    for least, most, wanted, severity in (("2", "unbounded", [(FORMAT, "5", 2)], "error"), ("0", "3", [], "info")):
        if form == "xml":
            text = messages["xml"].decode()
            at = text.index("<str:LocalRepresentation>", text.index('id="COMMENT_OBS"', text.index("AttributeList")))
            end = at + len("<str:LocalRepresentation")
            message = (text[:end] + f' minOccurs="{least}" maxOccurs="{most}"' + text[end:]).encode()
        else:
            occurs = {"minOccurs": int(least), "maxOccurs": most if most == "unbounded" else int(most)}
            message = json_with(
                messages["json"], lambda t, o=occurs: component(t, COMMENT)["localRepresentation"].update(o)
            )
        told = against(house, tmp_path, message)
        assert data(told) == wanted
        assert structure(told) == [(CHANGED, severity)]


@pytest.mark.parametrize("form", ["xml", "json"])
def test_the_start_day_of_reporting_years_is_an_attribute(house, messages, tmp_path, form):
    """Mandatory and not there; written as a date in a file, where month and day are wanted."""
    concept = (
        "urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept=SDMX:CROSS_DOMAIN_CONCEPTS(2.0).REPORTING_YEAR_START_DAY"
    )
    if form == "xml":
        element = (
            '<str:ReportingYearStartDay id="REPORTING_YEAR_START_DAY" usage="mandatory">'
            f"<str:ConceptIdentity>{concept}</str:ConceptIdentity><str:LocalRepresentation>"
            '<str:TextFormat textType="MonthDay"/></str:LocalRepresentation><str:AttributeRelationship><str:Dataflow/>'
            "</str:AttributeRelationship></str:ReportingYearStartDay></str:AttributeList>"
        )
        message = messages["xml"].replace(b"</str:AttributeList>", element.encode())
    else:
        attribute = {
            "id": "REPORTING_YEAR_START_DAY", "usage": "mandatory", "conceptIdentity": concept,
            "attributeRelationship": {"dataflow": {}}, "localRepresentation": {"format": {"dataType": "MonthDay"}},
        }  # fmt: skip
        lists = "dataStructureComponents", "attributeList", "attributes"

        def add(tree: dict) -> None:
            found = tree["data"]["dataStructures"][0]
            for key in lists:
                found = found[key]
            found.append(attribute)

        message = json_with(messages["json"], add)
    told = against(house, tmp_path, message)
    assert [f.rule for f in told.data] == ["missing mandatory component"]
    assert structure(told) == [("missing mandatory component", "error")]
    lines = [
        f"{line},{'REPORTING_YEAR_START_DAY' if n == 0 else '--07-01'}" for n, line in enumerate(ROWS.splitlines())
    ]
    assert data(against(house, tmp_path, message, "\n".join(lines))) == []
    assert data(against(house, tmp_path, message, "\n".join(lines).replace("--07-01", "2020-07-01"))) == [
        (FORMAT, "2", 5)
    ]


def region(*members: dict, **more: object) -> dict:
    return {"include": True, "keyValues": list(members)} | more


def codes(id_: str, *values: object, **more: object) -> dict:
    return {"id": id_, "values": list(values)} | more


def times(**bounds: dict) -> dict:
    return {"id": TIME, "timeRange": bounds}


def key(**values: str) -> dict:
    return {"keyValues": [{"id": k, "value": v} for k, v in values.items()]}


CONSTRAINT = "content constraint"
# Lines 2 to 6: ICCS0301 NR 2021, ICCS03011 NR 2021, ICCS0301 P_HTHAB 2021, ICCS0502 NR 2020, ICCS0301 NR 2019.
LIMITS = {
    "two regions": ({"cubeRegions": [
        region(codes("iccs", "ICCS0301"), codes("unit", "NR")), region(codes("iccs", "ICCS0502", "ICCS03011"))]},
        [(CONSTRAINT, "4", 1)]),
    "left out": ({"cubeRegions": [region(codes("unit", "P_HTHAB"), codes("iccs", "ICCS0301"), include=False)]},
        [(CONSTRAINT, "4", 1)]),
    "one code left out": ({"cubeRegions": [region(codes("iccs", "ICCS0502"), include=False)]}, [(CONSTRAINT, "5", 1)]),
    "all but": ({"cubeRegions": [region(codes("iccs", "ICCS0502", include=False))]}, [(CONSTRAINT, "5", 1)]),
    "below": ({"cubeRegions": [region(codes("iccs", {"value": "ICCS0301", "cascadeValues": True}))]},
        [(CONSTRAINT, "5", 1)]),
    "below alone": ({"cubeRegions": [region(codes("iccs", {"value": "ICCS0301", "cascadeValues": "excluderoot"}))]},
        [(CONSTRAINT, "2", 3), (CONSTRAINT, "5", 1)]),
    "any characters": ({"cubeRegions": [region(codes("iccs", "ICCS03%"))]}, [(CONSTRAINT, "5", 1)]),
    "any characters of a text": ({"cubeRegions": [region(codes("COMMENT_OBS", "s%", "not %"))]}, [(CONSTRAINT, "2", 3)]),
    "dates of a code": ({"cubeRegions": [region(codes(
        "iccs", {"value": "ICCS0301", "validFrom": "2020", "validTo": "2021"}, "ICCS03011", "ICCS0502"))]},
        [(CONSTRAINT, "6", 1)]),
    "dates of a list": ({"cubeRegions": [region(codes("unit", "NR", "P_HTHAB", validTo="2020"))]},
        [(CONSTRAINT, "2", 2), (CONSTRAINT, "4", 1)]),
    "after": ({"cubeRegions": [region(times(afterPeriod={"period": "2019", "isInclusive": False}))]},
        [(CONSTRAINT, "6", 1)]),
    "two ranges": ({"cubeRegions": [
        region(times(startPeriod={"period": "2021"}, endPeriod={"period": "2021"})),
        region(times(beforePeriod={"period": "2020", "isInclusive": False}))]},
        [(CONSTRAINT, "5", 1)]),
    "keys": ({"dataKeySets": [{"isIncluded": True, "keys": [
        key(iccs="ICCS0301", unit="NR"), key(iccs="ICCS03011", unit="NR")]}]},
        [(CONSTRAINT, "5", 1), (CONSTRAINT, "4", 1)]),
    "keys left out": ({"dataKeySets": [{"isIncluded": False, "keys": [
        key(iccs="ICCS0301", unit="NR"), key(iccs="ICCS0502", unit="P_HTHAB")]}]},
        [(CONSTRAINT, "2", 2)]),
    "region and key": ({"cubeRegions": [region(codes("iccs", "ICCS0301"), codes("unit", "NR", "P_HTHAB"))],
        "dataKeySets": [{"isIncluded": True, "keys": [key(iccs="ICCS0502")]}]}, [(CONSTRAINT, "3", 1)]),
}  # fmt: skip


def as_xml(limits: dict) -> str:
    """The same in the elements of 3.0."""

    def flags(told: dict, names: tuple[str, ...]) -> str:
        return "".join(
            f' {n}="{str(told[n]).lower() if isinstance(told[n], bool) else told[n]}"' for n in names if n in told
        )

    def value(told: object) -> str:
        if isinstance(told, str):
            return f"<str:Value>{told}</str:Value>"
        return f"<str:Value{flags(told, ('cascadeValues', 'validFrom', 'validTo'))}>{told['value']}</str:Value>"

    def member(told: dict) -> str:
        inside = "".join(map(value, told.get("values", [told["value"]] if "value" in told else [])))
        for name, bound in told.get("timeRange", {}).items():
            tag = f"{name[0].upper()}{name[1:]}"
            inside += f"<str:{tag}{flags(bound, ('isInclusive',))}>{bound['period']}</str:{tag}>"
        if "timeRange" in told:
            inside = f"<str:TimeRange>{inside}</str:TimeRange>"
        return (
            f'<str:KeyValue id="{told["id"]}"{flags(told, ("include", "validFrom", "validTo"))}>{inside}</str:KeyValue>'
        )

    found = ""
    for told in limits.get("dataKeySets", ()):
        keys = "".join(f"<str:Key>{''.join(map(member, k['keyValues']))}</str:Key>" for k in told["keys"])
        found += f"<str:DataKeySet{flags(told, ('isIncluded',))}>{keys}</str:DataKeySet>"
    for told in limits.get("cubeRegions", ()):
        found += (
            f"<str:CubeRegion{flags(told, ('include',))}>{''.join(map(member, told['keyValues']))}</str:CubeRegion>"
        )
    return found


def with_limits(message: bytes, form: str, limits: dict) -> bytes:
    if form == "xml":
        text = message.decode()
        start, end = text.index("<str:CubeRegion"), text.index("</str:CubeRegion>") + len("</str:CubeRegion>")
        return (text[:start] + as_xml(limits) + text[end:]).encode()

    def change(tree: dict) -> None:
        (constraint,) = tree["data"]["dataConstraints"]
        constraint.pop("cubeRegions")
        constraint.update(limits)

    return json_with(message, change)


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("limit", LIMITS)
def test_every_form_of_constraint_is_asked(house, messages, tmp_path, limit, form):
    """In lines and numbers of observations; that ours says nothing of it is told too."""
    limits, wanted = LIMITS[limit]
    told = against(house, tmp_path, with_limits(messages[form], form, limits))
    assert data(told) == wanted
    assert (CONSTRAINT, "warning") in structure(told)


def test_thousands_of_keys_are_one_question(house, messages, tmp_path):
    keys = [key(iccs=f"ICCS{n}", unit="NR") for n in range(5_000)] + [key(iccs="ICCS0301")]
    limits = {"dataKeySets": [{"isIncluded": True, "keys": keys}]}
    told = against(house, tmp_path, with_limits(messages["json"], "json", limits))
    assert data(told) == [(CONSTRAINT, "3", 1), (CONSTRAINT, "5", 1)]


def test_what_says_how_it_was_put_together(house, messages, tmp_path):
    """The sentence names the constraint and the codes that do not go together, in both languages."""
    limits, _ = LIMITS["two regions"]
    (found,) = against(house, tmp_path, with_limits(messages["json"], "json", limits)).data
    assert found.messages == {
        "en": "Content constraint: ESTAT:ALLOWED(2.0.0) does not let in iccs ICCS0301, unit P_HTHAB, in 1 observation.",
        "fr": "Contrainte de contenu : ESTAT:ALLOWED(2.0.0) n’admet pas iccs ICCS0301, unit P_HTHAB, dans 1 observation.",
    }
    assert found.where == "rows.csv, line 4"


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"cubeRegions": [region(codes("iccs", "X", validFrom="soon"))]}, "'soon' is not a time period."),
        (
            {"cubeRegions": [region(codes("iccs", {"value": "X", "cascadeValues": "up"}))]},
            "cascadeValues='up' in a region",
        ),
        ({"cubeRegions": [region()] * 501}, "More than 500 regions of a constraint are not checked here."),
    ],
)
def test_what_is_not_understood_is_refused(house, messages, tmp_path, limits, says, form):
    with pytest.raises(BadDefinition) as refused:
        against(house, tmp_path, with_limits(messages[form], form, limits))
    assert says in str(refused.value)

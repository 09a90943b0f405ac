"""Schema queries: contexts, constraints of each level, lists that serve two components, metadata structures (R1-SCH, R2-SCH)."""

from dataclasses import replace

import every_kind
import pytest

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, BadSemantics, NotFound
from greffe.model.artefacts import Item
from greffe.model.metadata import MetadataConstraint
from greffe.model.references import Reference
from greffe.model.structures import Codelist, DataConstraint, DataStructure
from greffe.query.parameters import path_parts
from greffe.query.schema import parse_schema, schema

STRUCTURE, FLOW, AGREEMENT = every_kind.STRUCTURE, every_kind.DATAFLOW, every_kind.AGREEMENT
CODED = [c for c in STRUCTURE.components if c.representation.enumeration is not None]
FIRST = next(c for c in CODED if c.id == "geo")
CODES = tuple(
    item.id
    for artefact in every_kind.ALL
    if artefact.urn == FIRST.representation.enumeration and isinstance(artefact, Codelist)
    for item in artefact.items
)


def constraint(id_, on, *codes, role="Allowed"):
    return DataConstraint(
        Reference("SSER", id_), {"en": id_}, role=role, attachments=(on.urn,), values={FIRST.id: codes}
    )


def ask(address, *more):
    kept = [a for a in every_kind.ALL if not isinstance(a, DataConstraint | MetadataConstraint)]
    catalogue = Catalogue({(a.kind, a.reference): a for a in (*kept, *more)}, {}, (), "c")
    dialect, _, address = address.partition(" ")
    path, _, query = address.partition("?")
    return schema(parse_schema(path_parts(path), query, {"v1": 1, "v2": 2}[dialect]), catalogue)


def address(artefact, dialect="v2"):
    return f"{dialect} {artefact.kind}/{artefact.reference.agency}/{artefact.reference.id}"


@pytest.mark.item("R1-SCH-06", "R2-SCH-01", "R1-SCH-01")
@pytest.mark.parametrize("dialect", ["v1", "v2"])
def test_constraints_of_the_context_and_below_apply(dialect):
    """A structure is narrowed by its own constraints, a flow by those too, an agreement by all three levels."""
    on = [constraint("ON_DSD", STRUCTURE, *CODES), constraint("ON_FLOW", FLOW, *CODES[1:])]
    on += [constraint("ON_PA", AGREEMENT, CODES[0], CODES[2]), constraint("SEEN", FLOW, CODES[0], role="Actual")]
    found = [ask(address(context, dialect), *on).validity.codes[FIRST.id] for context in (STRUCTURE, FLOW, AGREEMENT)]
    assert found == [CODES, CODES[1:], CODES[2:]]
    assert ask(address(AGREEMENT, dialect)).validity.codes[FIRST.id] == CODES


@pytest.mark.item("R1-SCH-03", "R2-SCH-08")
def test_lists_hold_what_is_allowed_alone():
    """An ancestor that is not allowed is left out, and its children then stand at the top; concepts are those used."""
    answer = ask(address(FLOW), constraint("ON_FLOW", FLOW, CODES[-1]))
    narrowed = next(a for a in answer.artefacts if a.urn == FIRST.representation.enumeration)
    assert ([i.id for i in narrowed.items], narrowed.partial) == ([CODES[-1]], True)
    assert all(i.parent in {"", *CODES[-1:]} for i in narrowed.items)
    kinds = {a.kind for a in answer.artefacts}
    assert kinds <= {"datastructure", "codelist", "valuelist", "conceptscheme", "agencyscheme", "dataconstraint"}
    used = {c.concept.item for c in STRUCTURE.components}
    assert {i.id for a in answer.artefacts if a.kind == "conceptscheme" for i in a.items} == used
    maintainers = {a.reference.agency for a in answer.artefacts}
    assert {i.id for a in answer.artefacts if a.kind == "agencyscheme" for i in a.items} <= maintainers


@pytest.mark.item("R1-SCH-03", "R2-SCH-08")
def test_an_agency_below_another_is_among_those_that_maintain():
    """An agency that another one names is told in its scheme when it maintains something of the answer."""
    below = replace(
        every_kind.AGENCIES,
        reference=Reference("SSER", "AGENCIES", "1.0"),
        items=(Item("STATS", {"en": "Office"}), Item("OTHER", {"en": "Other"})),
    )
    structure = replace(STRUCTURE, reference=Reference("SSER.STATS", "DSD"))
    answer = ask(address(structure), below, structure)
    found = next(a for a in answer.artefacts if a.urn == below.urn)
    assert ([i.id for i in found.items], found.partial) == (["STATS"], True)


@pytest.mark.item("R2-SCH-08")
def test_constraints_come_along_when_one_list_serves_two_components():
    """Only then: the reduced list holds the codes of both, and the constraint says which is whose."""
    twin = replace(FIRST, id="TWIN")
    both = replace(STRUCTURE, dimensions=(*STRUCTURE.dimensions, twin))
    one = constraint("ON_FLOW", FLOW, CODES[0])
    one = replace(one, values={FIRST.id: (CODES[0],), "TWIN": (CODES[1],)})
    answer = ask(address(FLOW), both, one)
    assert one in answer.artefacts
    narrowed = next(a for a in answer.artefacts if a.urn == FIRST.representation.enumeration)
    assert {i.id for i in narrowed.items} == {CODES[0], CODES[1]}
    assert answer.validity.codes["TWIN"] == (CODES[1],)


@pytest.mark.item("R2-SCH-01", "R1-SCH-01")
@pytest.mark.parametrize(
    "context", [every_kind.REPORT_STRUCTURE, every_kind.METADATAFLOW, every_kind.METADATA_AGREEMENT]
)
def test_metadata_contexts_are_answered_with_structures(context):
    """A metadata structure, its flow or agreement: the structure with lists narrowed by metadata constraints."""
    answer = ask(address(context), every_kind.METADATA_CONSTRAINT)
    assert answer.validity is None
    assert answer.artefacts[0] == every_kind.REPORT_STRUCTURE
    area = next(a for a in answer.artefacts if a.kind == "codelist")
    narrowed = context is not every_kind.REPORT_STRUCTURE  # the constraint hangs on the flow
    assert (len(area.items) == 2) == narrowed


@pytest.mark.item("R1-SCH-04", "R2-SCH-03", "R2-SCH-04", "R1-SCH-05")
def test_what_the_messages_are_like():
    """The time dimension unless asked; deletion on 2.x; explicitMeasure of 1.5 changes nothing here."""
    assert ask(address(FLOW)).validity.dimension_at_observation == "TIME_PERIOD"
    timeless = replace(STRUCTURE, time=None)
    assert ask(address(FLOW), timeless).validity.dimension_at_observation == "AllDimensions"
    found = ask(f"{address(FLOW)}?dimensionAtObservation={FIRST.id}&deletion=true").validity
    assert (found.dimension_at_observation, found.deletion) == (FIRST.id, True)
    measured = ask(f"{address(FLOW, 'v1')}?explicitMeasure=true")
    assert measured == ask(address(FLOW, "v1"))


@pytest.mark.item("R1-SCH-01", "R2-SCH-02")
def test_the_latest_version_unless_another_is_named():
    """Versions as in structure queries, one at a time."""
    newer = DataStructure(Reference("SSER", STRUCTURE.reference.id, "1.1.0"), STRUCTURE.names, time=STRUCTURE.time)
    for tail, version in (("", "1.1.0"), ("/~", "1.1.0"), ("/+", "1.1.0"), ("/1.0.0", "1.0.0"), ("/1.0.0+", "1.0.0")):
        assert ask(address(STRUCTURE) + tail, newer).context.reference.version == version
    assert ask(address(STRUCTURE, "v1") + "/latest", newer).context.reference.version == "1.1.0"
    assert ask(address(STRUCTURE, "v1") + "/1.0", newer).context.reference.version == "1.0.0"


@pytest.mark.parametrize(
    ("question", "error", "parameter"),
    [
        ("v2 dataflow/SSER", BadQuery, "path"),
        ("v2 dataflow/SSER/X/1.0.0/more", BadQuery, "path"),
        ("v2 hierarchy/SSER/X", BadQuery, "context"),
        ("v1 metadataprovisionagreement/SSER/X", BadQuery, "context"),
        ("v2 dataflow/*/X", BadQuery, "agencyID"),
        ("v1 dataflow/all/X", BadQuery, "agencyID"),
        ("v2 dataflow/SSER/A,B", BadQuery, "resourceID"),
        ("v2 dataflow/SSER/X/*", BadQuery, "version"),
        ("v2 dataflow/SSER/X/1.*.0", BadQuery, "version"),
        ("v2 dataflow/SSER/X/1.0.0,2.0.0", BadQuery, "version"),
        ("v1 dataflow/SSER/X/all", BadQuery, "version"),
        ("v2 dataflow/SSER/X?explicitMeasure=true", BadQuery, "explicitMeasure"),
        ("v1 dataflow/SSER/X?deletion=true", BadQuery, "deletion"),
        ("v1 dataflow/SSER/X?explicitMeasure=yes", BadQuery, "explicitMeasure"),
        ("v2 dataflow/SSER/NOPE", NotFound, ""),
        (f"{address(FLOW)}?dimensionAtObservation=nope", BadSemantics, "dimensionAtObservation"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(question, error, parameter):
    with pytest.raises(error) as caught:
        ask(question)
    assert caught.value.parameter == parameter

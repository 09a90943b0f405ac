"""What holds of every structure answer, whatever is asked: over one of every kind."""

import pytest
from asking import EVERY_KIND, ask
from every_kind import ALL
from hypothesis import given
from hypothesis import strategies as st

from greffe.model.artefacts import ItemScheme, item_paths
from greffe.query import resources

ONES = st.sampled_from(list(ALL))
DIRECTIONS = [r for r in resources.V2_REFERENCES if r != "none"]
references = st.sampled_from([*DIRECTIONS, *resources.STRUCTURES])
details = st.sampled_from([d for d in resources.V2_DETAILS if d != "raw"])


def address(artefact, **query):
    r = artefact.reference
    return f"v2 {artefact.kind}/{r.agency}/{r.id}/{r.version}?" + "&".join(f"{k}={v}" for k, v in query.items())


def around(artefact, wanted, **query):
    """URNs of the neighbours."""
    found = ask(address(artefact, references=wanted, **query))
    assert found[0].urn == artefact.urn
    return {a.urn for a in found[1:]}


@pytest.mark.item("R2-STR-30")
@given(one=ONES, first=references, second=references)
def test_a_list_of_references_is_their_union(one, first, second):
    """A list of references brings what each of them brings."""
    assert around(one, f"{first},{second}") == around(one, first) | around(one, second)


@pytest.mark.item("R2-STR-30")
@given(one=ONES)
def test_directions_contain_each_other(one):
    """`all` is `parentsandsiblings` and `descendants`; ancestors contain parents, descendants contain children."""
    found = {d: around(one, d) for d in DIRECTIONS}
    assert found["all"] == found["parentsandsiblings"] | found["descendants"]
    assert found["parents"] <= found["ancestors"] & found["parentsandsiblings"]
    assert found["children"] <= found["descendants"]


@given(one=ONES, other=ONES)
def test_parents_are_the_other_side_of_children(one, other):
    """With `raw`, where extended lists count as used, each artefact is a parent of its children."""
    up, down = around(other, "parents", detail="raw"), around(one, "children", detail="raw")
    assert (one.urn in up) == (other.urn in down)


@pytest.mark.item("R2-STR-21", "R2-STR-22", "R2-STR-23", "R2-STR-24", "R2-STR-25")
@given(one=ONES, wanted=references, detail=details)
def test_detail_changes_how_much_and_not_what(one, wanted, detail):
    """Every `detail` but `raw` answers the same artefacts."""
    assert around(one, wanted, detail=detail) == around(one, wanted)


@pytest.mark.item("R2-STR-25")
@given(one=ONES, wanted=references)
def test_partial_schemes_are_a_part(one, wanted):
    """A partial scheme holds some of the items of the whole one, each with its parent."""
    whole = {a.urn: a for a in ask(address(one, references=wanted))}
    for found in ask(address(one, references=wanted, detail="referencepartial")):
        if isinstance(found, ItemScheme) and found.partial:
            kept = {i.id for i in found.items}
            assert kept < {i.id for i in whole[found.urn].items}
            assert all(i.parent in kept for i in found.items if i.parent)
        else:
            assert found == whole[found.urn]


@pytest.mark.item("R2-STR-11", "R1-STR-42")
@given(data=st.data(), scheme=st.sampled_from([a for a in ALL if isinstance(a, ItemScheme) and a.kind != "valuelist"]))
def test_items_come_with_their_ancestors_and_nothing_else(data, scheme):
    """What is asked for is there, what stands inside others with its ancestors, and nothing that is neither."""
    asked = data.draw(st.lists(st.sampled_from(item_paths(scheme)), min_size=1, max_size=3))
    r = scheme.reference
    (found,) = ask(f"v2 {scheme.kind}/{r.agency}/{r.id}/{r.version}/{','.join(asked)}")
    wanted = {path.rpartition(".")[2] for path in asked}
    parents = {i.id: i.parent for i in scheme.items}
    nested = scheme.kind in ("categoryscheme", "reportingtaxonomy")  # elsewhere a parent is but named
    while nested and (more := {parents[i] for i in wanted if parents[i]} - wanted):
        wanted |= more
    assert {i.id for i in found.items} == wanted
    assert found.partial


@given(one=ONES, detail=details)
def test_what_is_asked_for_by_its_whole_name_is_alone(one, detail):
    """A whole name finds one artefact."""
    assert len(ask(address(one, detail=detail), EVERY_KIND)) == 1

"""Which neighbours come along (R1-STR-60 to 68, R2-STR-30 to 33): tables worked out by hand over one of every kind."""

from dataclasses import replace

import pytest
from asking import EVERY_KIND, ask, catalogue_of, names
from every_kind import ALL, DATAFLOW, METADATAFLOW, SUBJECTS

from greffe.model.artefacts import Item
from greffe.model.references import Reference, Urn
from greffe.model.structures import AgencyScheme, Categorisation, Codelist
from greffe.query.graph import Graph
from greffe.query.resources import STRUCTURES

AGENCIES = {"SDMX:AGENCIES"}
# Artefact → what it uses, what uses it. On 2.x everything uses the agency scheme besides.
LEVEL_2 = {
    "vtlmappingscheme/SSER/VTL_ALIASES": ("DF_CRIME CL_AREA CS_MAIN", "VTL_RULES VTL_OPERATORS VTL_CHECKS"),
    "dataconstraint/SSER/CC_CRIME": ("DF_CRIME", ""),
    "provisionagreement/SSER/PA_CRIME": ("DF_CRIME DATA_PROVIDERS", "JOURNEY"),
    "codelist/SSER/CL_AREA": ("", "VTL_ALIASES HA_AREAS H_AREAS MSD_QUALITY RM_AREA RM_RICH CRIME"),
    "codelist/SSER/CL_NUTS": ("", "CL_EXTENDED H_AREAS RM_AREA RM_RICH"),
    "codelist/SSER/CL_EXTENDED": ("", ""),  # its codes are there already
    "codelist/SSER/CL_EXTENDED?detail=raw": ("CL_NUTS CL_FREQ", ""),
    "hierarchyassociation/SSER/HA_AREAS": ("H_AREAS CL_AREA DF_CRIME", ""),
    "categorisation/SSER/CAT_CRIME": ("DF_CRIME SUBJECTS", ""),
    "categoryschememap/SSER/CM_SUBJECTS": ("OLD_SUBJECTS SUBJECTS", ""),
    "conceptscheme/SSER/CS_MAIN": ("", "VTL_ALIASES CM_OLD MSD_QUALITY CRIME"),
    "conceptschememap/SSER/CM_OLD": ("CS_OLD CS_MAIN", ""),
    "dataconsumerscheme/SSER/DATA_CONSUMERS": ("", ""),
    "valuelist/SSER/VL_AGE": ("", "RM_RICH"),
    "dataflow/SSER/DF_CRIME": (
        "CRIME", "VTL_ALIASES CC_CRIME PA_CRIME HA_AREAS CAT_CRIME MDF_QUALITY MPA_QUALITY JOURNEY CTS SM_CRIME",
    ),
    "dataflow/SSER/DF_OLD": ("CRIME", "MDF_QUALITY SM_CRIME"),
    "hierarchy/SSER/H_AREAS": ("CL_AREA CL_NUTS", "HA_AREAS"),
    "metadataflow/SSER/MDF_QUALITY": ("MSD_QUALITY DF_CRIME DF_OLD", "MPA_QUALITY MC_QUALITY"),
    "metadataprovisionagreement/SSER/MPA_QUALITY": ("MDF_QUALITY METADATA_PROVIDERS DF_CRIME", ""),
    "metadataconstraint/SSER/MC_QUALITY": ("MDF_QUALITY", ""),
    "metadataproviderscheme/SSER/METADATA_PROVIDERS": ("", "MPA_QUALITY"),
    "userdefinedoperatorscheme/SSER/VTL_OPERATORS": ("VTL_ALIASES VTL_RULES", "VTL_CHECKS"),
    "organisationschememap/SSER/OM_PROVIDERS": ("ESTAT:DATA_PROVIDERS DATA_PROVIDERS", ""),
    "process/SSER/JOURNEY": ("PA_CRIME DF_CRIME", ""),
    "dataproviderscheme/SSER/DATA_PROVIDERS": ("", "PA_CRIME OM_PROVIDERS"),
    "reportingtaxonomy/SSER/CTS": ("DF_CRIME CRIME", "TM_CTS"),
    "metadatastructure/SSER/MSD_QUALITY": ("CS_MAIN CL_AREA", "MDF_QUALITY"),
    "representationmap/SSER/RM_AREA": ("CL_AREA CL_NUTS", "SM_CRIME"),
    "rulesetscheme/SSER/VTL_RULES": ("VTL_ALIASES", "VTL_OPERATORS VTL_CHECKS"),
    "datastructure/SSER/CRIME": ("CL_FREQ CL_AREA CL_STATUS CS_MAIN", "DF_CRIME DF_OLD CTS"),
    "structuremap/SSER/SM_CRIME": ("DF_OLD DF_CRIME RM_AREA", ""),
    "categoryscheme/SSER/SUBJECTS": ("", "CAT_CRIME CM_SUBJECTS"),
    "reportingtaxonomymap/SSER/TM_CTS": ("CTS_OLD CTS", ""),
    "transformationscheme/SSER/VTL_CHECKS": ("VTL_ALIASES VTL_NAMES VTL_TYPES VTL_RULES VTL_OPERATORS", ""),
    "organisationunitscheme/SSER/UNITS": ("", ""),
    "namepersonalisationscheme/SSER/VTL_NAMES": ("", "VTL_CHECKS"),
    "customtypescheme/SSER/VTL_TYPES": ("", "VTL_CHECKS"),
}  # fmt: skip
# On 1.5 nothing uses agency schemes, and a structure set brings the representation maps that are a part of it.
LEVEL_1 = {
    "vtlmappingscheme/SSER/VTL_ALIASES": ("DF_CRIME CL_AREA CS_MAIN", "VTL_RULES VTL_OPERATORS VTL_CHECKS"),
    "contentconstraint/SSER/CC_CRIME": ("DF_CRIME", ""),
    "provisionagreement/SSER/PA_CRIME": ("DF_CRIME DATA_PROVIDERS", "JOURNEY"),
    "codelist/SSER/CL_AREA": ("", "VTL_ALIASES H_AREAS MSD_QUALITY SM_CRIME RM_AREA CRIME"),
    "codelist/SSER/CL_NUTS": ("", "H_AREAS SM_CRIME RM_AREA"),
    "codelist/SSER/CL_EXTENDED": ("", ""),
    "categorisation/SSER/CAT_CRIME": ("DF_CRIME SUBJECTS", ""),
    "conceptscheme/SSER/CS_MAIN": ("", "VTL_ALIASES CM_OLD MSD_QUALITY CRIME"),
    "dataflow/SSER/DF_CRIME": ("CRIME", "VTL_ALIASES CC_CRIME PA_CRIME CAT_CRIME JOURNEY CTS SM_CRIME RM_AREA"),
    "dataflow/SSER/DF_OLD": ("CRIME", "SM_CRIME RM_AREA"),
    "hierarchicalcodelist/SSER/H_AREAS": ("CL_AREA CL_NUTS", ""),
    "metadataflow/SSER/MDF_QUALITY": ("MSD_QUALITY", ""),
    "metadatastructure/SSER/MSD_QUALITY": ("CS_MAIN CL_AREA", "MDF_QUALITY"),
    "process/SSER/JOURNEY": ("PA_CRIME DF_CRIME", ""),
    "dataproviderscheme/SSER/DATA_PROVIDERS": ("", "PA_CRIME OM_PROVIDERS"),
    "organisationscheme/SSER/DATA_PROVIDERS": ("", "PA_CRIME OM_PROVIDERS"),
    "agencyscheme/SDMX/AGENCIES": ("", ""),
    "dataconsumerscheme/SSER/DATA_CONSUMERS": ("", ""),
    "organisationunitscheme/SSER/UNITS": ("", ""),
    "reportingtaxonomy/SSER/CTS": ("DF_CRIME CRIME", "TM_CTS"),
    "datastructure/SSER/CRIME": ("CL_FREQ CL_AREA CL_STATUS CS_MAIN", "DF_CRIME DF_OLD CTS"),
    "categoryscheme/SSER/SUBJECTS": ("", "CAT_CRIME CM_SUBJECTS"),
    "structureset/SSER/SM_CRIME": ("DF_OLD DF_CRIME CL_AREA CL_NUTS RM_AREA", "RM_AREA"),
    "structureset/SSER/CM_OLD": ("CS_OLD CS_MAIN", ""),
    "structureset/SSER/CM_SUBJECTS": ("OLD_SUBJECTS SUBJECTS", ""),
    "structureset/SSER/OM_PROVIDERS": ("ESTAT:DATA_PROVIDERS DATA_PROVIDERS", ""),
    "structureset/SSER/TM_CTS": ("CTS_OLD CTS", ""),
    "transformationscheme/SSER/VTL_CHECKS": ("VTL_ALIASES VTL_NAMES VTL_TYPES VTL_RULES VTL_OPERATORS", ""),
    "rulesetscheme/SSER/VTL_RULES": ("VTL_ALIASES", "VTL_OPERATORS VTL_CHECKS"),
    "userdefinedoperatorscheme/SSER/VTL_OPERATORS": ("VTL_ALIASES VTL_RULES", "VTL_CHECKS"),
    "namepersonalisationscheme/SSER/VTL_NAMES": ("", "VTL_CHECKS"),
    "customtypescheme/SSER/VTL_TYPES": ("", "VTL_CHECKS"),
}


def around(address, references):
    """Names of what comes along, as a set."""
    join = "&" if "?" in address else "?"
    found = names(ask(f"{address}{join}references={references}"))
    assert len(found) == len(set(found))
    return set(found[1:])


@pytest.mark.item("R2-STR-30", "R2-STR-32", "R2-STR-20", "R2-STR-26")
@pytest.mark.parametrize("address", LEVEL_2)
def test_children_and_parents_on_2_x(address):
    """`children` are what an artefact refers to and its agency's scheme, `parents` what refers to it, for every kind."""
    down, up = LEVEL_2[address]
    assert around(f"v2 {address}", "children") == {*down.split()} | AGENCIES
    assert around(f"v2 {address}", "parents") == {*up.split()}


@pytest.mark.item("R1-STR-61", "R1-STR-63", "R1-STR-68")
@pytest.mark.parametrize("address", LEVEL_1)
def test_children_and_parents_on_1_5(address):
    """`children` and `parents` of every kind of 1.5 are those of its table, and no kind that came with 3.0."""
    down, up = LEVEL_1[address]
    assert around(f"v1 {address}", "children") == {*down.split()}
    assert around(f"v1 {address}", "parents") == {*up.split()}


@pytest.mark.item("R1-STR-60", "R2-STR-30")
def test_nothing_comes_along_by_itself():
    """Without `references`, and with `none`, nothing comes along."""
    for dialect in ("v1", "v2"):
        assert names(ask(f"{dialect} dataflow/SSER/DF_CRIME")) == ["DF_CRIME"]
        assert names(ask(f"{dialect} dataflow/SSER/DF_CRIME?references=none")) == ["DF_CRIME"]


@pytest.mark.item("R2-STR-32")
def test_every_artefact_is_a_user_of_the_scheme_of_its_agency():
    """On 2.x an agency scheme is used by everything that its agencies maintain."""
    everything = {n for n in names(ALL) if n not in ("SDMX:AGENCIES", "ESTAT:DATA_PROVIDERS")}
    assert around("v2 agencyscheme/SDMX/AGENCIES", "parents") == everything
    assert around("v2 agencyscheme/SDMX/AGENCIES", "children") == set()


@pytest.mark.item("R2-STR-32", "R2-STR-05")
def test_a_nested_agency_is_at_home_in_the_scheme_of_the_agency_above():
    """An agency `A.B` is named in the agency scheme of `A`."""
    top = AgencyScheme(Reference("SDMX", "AGENCIES", "1.0"), {"en": "Top"}, items=(Item("A", {"en": "A"}),))
    below = AgencyScheme(Reference("A", "AGENCIES", "1.0"), {"en": "Below"}, items=(Item("B", {"en": "B"}),))
    list_ = Codelist(Reference("A.B", "CL"), {"en": "List"}, items=(Item("X", {"en": "X"}),))
    found = ask("v2 codelist/A.B/CL?references=descendants", catalogue_of(top, below, list_))
    assert names(found) == ["A.B:CL", "A:AGENCIES", "SDMX:AGENCIES"]


@pytest.mark.item("R1-STR-62", "R1-STR-65", "R2-STR-30")
def test_siblings_are_what_the_users_use():
    """`parentsandsiblings` adds what the parents refer to; `all` is that and the descendants."""
    siblings = {"HA_AREAS", "CL_AREA", "DF_CRIME"} | AGENCIES
    assert around("v2 hierarchy/SSER/H_AREAS", "parentsandsiblings") == siblings
    assert around("v2 hierarchy/SSER/H_AREAS", "all") == siblings | {"CL_NUTS"}
    siblings = {"JOURNEY", "DF_CRIME"}
    assert around("v1 provisionagreement/SSER/PA_CRIME", "parentsandsiblings") == siblings
    descendants = {"DF_CRIME", "DATA_PROVIDERS", "CRIME", "CL_FREQ", "CL_AREA", "CL_STATUS", "CS_MAIN"}
    assert around("v1 provisionagreement/SSER/PA_CRIME", "descendants") == descendants
    assert around("v1 provisionagreement/SSER/PA_CRIME", "all") == siblings | descendants


@pytest.mark.item("R1-STR-65")
def test_all_brings_flows_what_their_oldest_client_can_read():
    """`all` brings to a flow or a structure of 1.5 the kinds that pandaSDMX reads: it asks so for every flow and fails on
    others, which come with `parents` or by their word. What only those name does not come either."""
    descendants = {"CRIME", "CL_FREQ", "CL_AREA", "CL_STATUS", "CS_MAIN"}
    users = {"CC_CRIME", "CAT_CRIME", "SUBJECTS"}
    assert (
        around("v1 dataflow/SSER/DF_CRIME", "all") == descendants | users
    )  # not DF_OLD: only a structure set names it
    assert around("v1 datastructure/SSER/CRIME", "all") == descendants - {"CRIME"} | {"DF_CRIME", "DF_OLD"}


@pytest.mark.item("R1-STR-62", "R2-STR-30")
def test_siblings_that_are_structures_bring_their_lists():
    """Structures, hierarchies and structure maps that come as siblings bring their lists and representation maps."""
    found = around("v2 process/SSER/JOURNEY", "parentsandsiblings")
    assert found == set()
    found = around("v2 dataflow/SSER/DF_OLD", "parentsandsiblings")
    assert {"MSD_QUALITY", "CS_MAIN", "CL_AREA", "SM_CRIME", "RM_AREA"} <= found
    found = around("v2 hierarchyassociation/SSER/HA_AREAS", "all")
    assert {"H_AREAS", "CL_AREA", "CL_NUTS"} <= found


@pytest.mark.item("R2-STR-30", "R2-STR-32")
def test_a_flow_is_no_sibling_of_all_flows_that_a_pattern_covers():
    """What a metadataflow covers by a pattern of URNs are its children, and not the siblings of each other."""
    flows = [
        f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={t}" for t in ("SSER:DF_*(1.0+.0)", "*:*(2.0.0)", "x")
    ]
    covering = replace(METADATAFLOW, targets=(*flows, "no urn"))
    alone = catalogue_of(covering, DATAFLOW, replace(DATAFLOW, reference=Reference("SSER", "DF_OTHER")))
    assert names(ask("v2 metadataflow?references=children", alone)) == ["MDF_QUALITY", "DF_CRIME", "DF_OTHER"]
    assert names(ask("v2 dataflow/SSER/DF_CRIME?references=all", alone)) == ["DF_CRIME", "MDF_QUALITY"]
    wrong = catalogue_of(replace(covering, targets=(flows[0].replace("1.0+.0", "1.+.3"),)), DATAFLOW)
    assert names(ask("v2 metadataflow?references=children", wrong)) == ["MDF_QUALITY"]


@pytest.mark.item("R2-STR-30")
def test_ancestors_are_users_of_users():
    """`ancestors` are all users, and their users, up to any level."""
    found = (
        "CRIME DF_CRIME DF_OLD CTS TM_CTS VTL_ALIASES VTL_RULES VTL_OPERATORS VTL_CHECKS CC_CRIME PA_CRIME HA_AREAS "
        "CAT_CRIME MDF_QUALITY MPA_QUALITY MC_QUALITY JOURNEY SM_CRIME"
    )
    assert around("v2 codelist/SSER/CL_STATUS", "ancestors") == {*found.split()}


@pytest.mark.item("R1-STR-64")
def test_descendants_are_references_of_references():
    """`descendants` are all references, and their references, up to any level."""
    assert around("v1 dataflow/SSER/DF_OLD", "descendants") == {"CRIME", "CL_FREQ", "CL_AREA", "CL_STATUS", "CS_MAIN"}


@pytest.mark.item("R1-STR-66", "R2-STR-30")
@pytest.mark.parametrize(
    ("address", "references", "found"),
    [
        ("v1 dataflow/SSER/DF_CRIME", "codelist", "CL_FREQ CL_AREA CL_STATUS"),
        ("v1 codelist/SSER/CL_STATUS", "dataflow", "DF_CRIME DF_OLD"),
        ("v1 codelist/SSER/CL_STATUS", "organisationscheme", ""),
        ("v1 dataflow/SSER/DF_CRIME", "structureset", "SM_CRIME RM_AREA TM_CTS"),
        ("v1 codelist/SSER/CL_NUTS", "hierarchicalcodelist", "H_AREAS"),
        ("v1 dataflow/SSER/DF_CRIME", "contentconstraint", "CC_CRIME"),
        ("v1 dataflow/SSER/DF_CRIME", "allowedconstraint", "CC_CRIME"),
        ("v1 dataflow/SSER/DF_CRIME", "actualconstraint", ""),
        ("v1 dataflow/SSER/DF_CRIME", "attachmentconstraint", ""),
        ("v1 dataflow/SSER/DF_CRIME", "namealiasscheme", "VTL_ALIASES"),
        ("v2 dataflow/SSER/DF_CRIME", "codelist,conceptscheme", "CL_FREQ CL_AREA CL_STATUS CS_MAIN"),
        ("v2 codelist/SSER/CL_EXTENDED", "codelist", ""),
        ("v2 codelist/SSER/CL_EXTENDED?detail=raw", "codelist", "CL_NUTS CL_FREQ"),
        ("v2 hierarchy/SSER/H_AREAS", "parents,codelist", "HA_AREAS CL_AREA CL_NUTS"),
        ("v2 dataflow/SSER/DF_CRIME", "none,categoryscheme", ""),  # a sibling is neither above nor below
        ("v2 dataflow/SSER/DF_CRIME", "agencyscheme", "SDMX:AGENCIES"),
    ],
)
def test_a_type_comes_along_from_both_directions(address, references, found):
    """The name of a type brings what is of that type among ancestors and descendants; on 2.x names may be joined."""
    assert around(address, references) == {*found.split()}


@pytest.mark.item("R2-STR-01")
def test_a_metadata_set_is_no_structure():
    """Metadata sets, which are asked for with /metadata, never come along with structures, though they refer to them."""
    graph = Graph(EVERY_KIND, 2)
    flow = frozenset({(DATAFLOW.kind, DATAFLOW.reference)})
    assert "metadataset" in {kind for kind, _ in graph.parents(flow)}
    assert {a.kind for a in ask("v2 ")} == set(STRUCTURES)
    assert "QUALITY_2024" not in around("v2 dataflow/SSER/DF_CRIME", "all")


SECOND = Categorisation(
    Reference("SSER", "CAT_CIVIL"),
    {"en": "Civil"},
    source=DATAFLOW.urn,
    target=Urn("categoryscheme", SUBJECTS.reference, "CIVIL"),
)


@pytest.mark.item("R2-STR-13", "R1-STR-42")
@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("v2 categoryscheme/SSER/SUBJECTS/~/CRIM.PRISON.ENTRIES", "CAT_CRIME CM_SUBJECTS"),
        ("v2 categoryscheme/SSER/SUBJECTS/~/CRIM.PRISON", "CM_SUBJECTS"),
        ("v2 categoryscheme/SSER/SUBJECTS/~/CIVIL", "CAT_CIVIL CM_SUBJECTS"),
        ("v1 categoryscheme/SSER/SUBJECTS/latest/CIVIL+CRIM", "CAT_CIVIL CM_SUBJECTS"),
        ("v2 dataproviderscheme/SSER/DATA_PROVIDERS/~/DAP", "OM_PROVIDERS"),
        ("v2 dataproviderscheme/SSER/DATA_PROVIDERS/~/SSMSI", "OM_PROVIDERS PA_CRIME"),
        ("v1 codelist/SSER/CL_NUTS/latest/EU_FR", "SM_CRIME RM_AREA"),  # no hierarchy has that one
    ],
)
def test_users_of_items_are_those_that_name_them(address, found):
    """The parents of single items are what refers to one of them, an ancestor that comes along, or the whole scheme."""
    assert set(names(ask(f"{address}?references=parents", catalogue_of(*ALL, SECOND)))[1:]) == {*found.split()}


@pytest.mark.item("R2-STR-13")
def test_what_items_use_is_what_comes_along():
    """The children of single items are what those items refer to."""
    assert around("v2 reportingtaxonomy/SSER/CTS/~/PART1.TABLE11", "children") == {"DF_CRIME"} | AGENCIES
    assert around("v2 reportingtaxonomy/SSER/CTS/~/PART1", "children") == AGENCIES
    assert around("v1 vtlmappingscheme/SSER/VTL_ALIASES/latest/M2+M3", "children") == {"CL_AREA", "CS_MAIN"}


@pytest.mark.item("R2-STR-13")
def test_users_of_an_agency_are_what_it_maintains():
    """The parents of one agency are what that agency maintains."""
    scheme = AgencyScheme(Reference("SDMX", "AGENCIES", "1.0"), {"en": "Top"},
                          items=(Item("A", {"en": "A"}), Item("B", {"en": "B"})))  # fmt: skip
    lists = [Codelist(Reference(agency, "CL"), {"en": "List"}) for agency in ("A", "B")]
    found = ask("v2 agencyscheme/SDMX/AGENCIES/~/B?references=parents", catalogue_of(scheme, *lists))
    assert names(found) == ["SDMX:AGENCIES", "B:CL"]

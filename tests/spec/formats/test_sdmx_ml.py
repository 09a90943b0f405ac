"""SDMX-ML 2.1 data: a small block in, exact bytes out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from blocks import HEADER, STRUCTURE, TWO, block, free, message

from greffe.errors import Broken, NotAcceptable
from greffe.formats import sdmx_ml
from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage
from greffe.model.references import Reference

BASE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
URN = "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=SSER:CRIME(1.0.0):ObsLevelDim:TIME_PERIOD"
STRUCTURE_REF = (
    '<com:Structure><Ref agencyID="SSER" id="CRIME" version="1.0.0" class="DataStructure" package="datastructure"/>'
    "</com:Structure></mes:Structure>"
)


def written(found: DataMessage, variant: sdmx_ml.Variant) -> str:
    return b"".join(sdmx_ml.write(found, Parameters(), variant)).decode()


def body(found: DataMessage, variant: sdmx_ml.Variant) -> str:
    """What stands in the data set."""
    text = written(found, variant)
    return text[text.index(">", text.index("<mes:DataSet ")) + 1 : text.index("</mes:DataSet>")]


def test_generic_data_whole():
    """Escapes of line break, tab and carriage return keep them through the attribute's normalisation."""
    assert written(message([TWO], action="R"), sdmx_ml.GENERIC_DATA) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<mes:GenericData xmlns:mes="{BASE}/message" xmlns:com="{BASE}/common"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        "<mes:Header><mes:ID>M1</mes:ID><mes:Test>true</mes:Test><mes:Prepared>2026-11-24T10:00:00+00:00</mes:Prepared>"
        '<mes:Sender id="SSER"/><mes:Receiver id="ESTAT"/>'
        '<mes:Structure structureID="S1" dimensionAtObservation="TIME_PERIOD">'
        f"{STRUCTURE_REF}"
        "<mes:DataSetAction>Replace</mes:DataSetAction>"
        '<mes:Source xml:lang="en">Données &amp; essais</mes:Source></mes:Header>'
        f'<mes:DataSet xmlns="{BASE}/data/generic" structureRef="S1" action="Replace">'
        '<Series><SeriesKey><Value id="freq" value="A"/><Value id="geo" value="FR"/></SeriesKey>'
        '<Attributes><Value id="DATA_ORIGIN" value="real"/></Attributes>'
        '<Obs><ObsDimension value="2021"/><ObsValue value="12.50"/>'
        '<Attributes><Value id="OBS_STATUS" value="A"/></Attributes></Obs>'
        '<Obs><ObsDimension value="2022"/><Attributes><Value id="OBS_STATUS" value="M"/>'
        '<Value id="COMMENT_OBS" value="5 &lt; 6 &amp; &quot;7&quot;&#10;\'é\', fin&#9;&#13;"/></Attributes>'
        "</Obs></Series>"
        '<Series><SeriesKey><Value id="freq" value="A"/><Value id="geo" value="NA"/></SeriesKey>'
        '<Obs><ObsDimension value="2022"/><ObsValue value="0"/>'
        '<Attributes><Value id="OBS_STATUS" value="A"/></Attributes></Obs></Series>'
        "</mes:DataSet></mes:GenericData>\n"
    )


def test_structure_specific_data_whole():
    header = replace(HEADER, test=False, source="", receiver="")
    assert written(message([TWO], header=header), sdmx_ml.SPECIFIC_DATA) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<mes:StructureSpecificData xmlns:mes="{BASE}/message" xmlns:com="{BASE}/common"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:ns1="{URN}"'
        f' xmlns:ss="{BASE}/data/structurespecific">'
        "<mes:Header><mes:ID>M1</mes:ID><mes:Test>false</mes:Test>"
        '<mes:Prepared>2026-11-24T10:00:00+00:00</mes:Prepared><mes:Sender id="SSER"/>'
        f'<mes:Structure structureID="S1" namespace="{URN}" dimensionAtObservation="TIME_PERIOD">'
        f"{STRUCTURE_REF}"
        "<mes:DataSetAction>Information</mes:DataSetAction></mes:Header>"
        '<mes:DataSet ss:structureRef="S1" xsi:type="ns1:DataSetType" ss:dataScope="DataStructure"'
        ' ss:action="Information">'
        '<Series freq="A" geo="FR" DATA_ORIGIN="real">'
        '<Obs TIME_PERIOD="2021" OBS_VALUE="12.50" OBS_STATUS="A"/>'
        '<Obs TIME_PERIOD="2022" OBS_STATUS="M"'
        " COMMENT_OBS=\"5 &lt; 6 &amp; &quot;7&quot;&#10;'é', fin&#9;&#13;\"/></Series>"
        '<Series freq="A" geo="NA"><Obs TIME_PERIOD="2022" OBS_VALUE="0" OBS_STATUS="A"/></Series>'
        "</mes:DataSet></mes:StructureSpecificData>\n"
    )


def test_the_time_series_variants_differ_in_root_and_type():
    generic = written(message([TWO]), sdmx_ml.GENERIC_TIME_SERIES)
    assert generic.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<mes:GenericTimeSeriesData ')
    specific = written(message([TWO]), sdmx_ml.SPECIFIC_TIME_SERIES)
    assert 'xsi:type="ns1:TimeSeriesDataSetType"' in specific
    assert specific.endswith("</mes:StructureSpecificTimeSeriesData>\n")


def test_a_series_without_observations_is_its_key_and_attributes():
    found = [block([("A", "FR", "real"), ("A", "NA", None)], [[], [("2021", "1", None, None)]])]
    assert body(message(found), sdmx_ml.SPECIFIC_DATA) == (
        '<Series freq="A" geo="FR" DATA_ORIGIN="real"></Series>'
        '<Series freq="A" geo="NA"><Obs TIME_PERIOD="2021" OBS_VALUE="1"/></Series>'
    )
    assert body(message(found), sdmx_ml.GENERIC_DATA) == (
        '<Series><SeriesKey><Value id="freq" value="A"/><Value id="geo" value="FR"/></SeriesKey>'
        '<Attributes><Value id="DATA_ORIGIN" value="real"/></Attributes></Series>'
        '<Series><SeriesKey><Value id="freq" value="A"/><Value id="geo" value="NA"/></SeriesKey>'
        '<Obs><ObsDimension value="2021"/><ObsValue value="1"/></Obs></Series>'
    )


def test_series_keys_only():
    assert body(message([TWO], observations=False, attributes=()), sdmx_ml.SPECIFIC_DATA) == (
        '<Series freq="A" geo="FR"></Series><Series freq="A" geo="NA"></Series>'
    )


def test_without_attributes_and_without_measures():
    assert body(message([TWO], attributes=(), measures=False), sdmx_ml.SPECIFIC_DATA) == (
        '<Series freq="A" geo="FR"><Obs TIME_PERIOD="2021"/><Obs TIME_PERIOD="2022"/></Series>'
        '<Series freq="A" geo="NA"><Obs TIME_PERIOD="2022"/></Series>'
    )


WITH_TITLE = replace(STRUCTURE, attributes=(*STRUCTURE.attributes, free("TITLE", "attribute")))
TITLED = [
    block([("A", geo, "real", title)], [[("2021", "1", None, None)]], ("freq", "geo", "DATA_ORIGIN", "TITLE"))
    for geo, title in (("FR", "A & B"), ("NA", "A & B"))
]


def test_an_attribute_of_the_data_set_stands_on_the_data_set():
    asked = message(TITLED, structure=WITH_TITLE, attributes=("TITLE",))
    assert 'ss:action="Information" TITLE="A &amp; B"><Series freq="A" geo="FR"><Obs' in written(
        asked, sdmx_ml.SPECIFIC_DATA
    )
    asked = message(TITLED, structure=WITH_TITLE, attributes=("TITLE",))
    assert '<Attributes><Value id="TITLE" value="A &amp; B"/></Attributes><Series>' in written(
        asked, sdmx_ml.GENERIC_DATA
    )


def test_series_that_differ_in_an_attribute_of_the_data_set_are_refused():
    other = block([("A", "NA", "real", "C")], [[("2021", "1", None, None)]], ("freq", "geo", "DATA_ORIGIN", "TITLE"))
    with pytest.raises(Broken, match="data set"):
        written(message([TITLED[0], other], structure=WITH_TITLE, attributes=("TITLE",)), sdmx_ml.SPECIFIC_DATA)


def test_a_character_that_xml_cannot_carry_is_refused():
    found = message([block([("A", "FR", "real")], [[("2021", "1", "A", "bell \a")]])])
    with pytest.raises(NotAcceptable, match=r"U\+0007"):
        written(found, sdmx_ml.GENERIC_DATA)


@pytest.mark.item("ML3-01", "ML3-02", "ML3-04")
@pytest.mark.parametrize(("variant", "edition"), [(sdmx_ml.DATA_3_0, "v3_0"), (sdmx_ml.DATA_3_1, "v3_1")])
def test_data_of_3_0_and_3_1_whole(variant: sdmx_ml.Variant, edition: str):
    """Data of 3.0 and 3.1 name the flow by its URN alone; their namespace is that of the DSD in every version"""
    base = BASE.replace("v2_1", edition)
    header = replace(HEADER, test=False, source="", receiver="")
    action = "Replace" if edition == "v3_1" else "Information"
    assert written(message([TWO], header=header), variant).startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<mes:StructureSpecificData xmlns:mes="{base}/message" xmlns:com="{base}/common"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:ns1="{URN}"'
        f' xmlns:ss="{base}/data/structurespecific">'
        "<mes:Header><mes:ID>M1</mes:ID><mes:Test>false</mes:Test>"
        '<mes:Prepared>2026-11-24T10:00:00+00:00</mes:Prepared><mes:Sender id="SSER"/>'
        f'<mes:Structure structureID="S1" namespace="{URN}" dimensionAtObservation="TIME_PERIOD">'
        "<com:StructureUsage>urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SSER:CRIME(1.0.0)</com:StructureUsage>"
        f"</mes:Structure><mes:DataSetAction>{action}</mes:DataSetAction></mes:Header>"
        f'<mes:DataSet ss:structureRef="S1" xsi:type="ns1:DataSetType" ss:action="{action}">'
        '<Series freq="A" geo="FR" DATA_ORIGIN="real"><Obs TIME_PERIOD="2021" OBS_VALUE="12.50" OBS_STATUS="A"/>'
    )


@pytest.mark.item("ML21-10", "ML3-04", "J-12")
@pytest.mark.parametrize(
    ("changes", "old", "new"),
    [
        ({}, "Information", "Replace"),
        ({"attributes": ()}, "Information", "Information"),  # pysdmx 1.21 fails on Merge
        ({"action": "A"}, "Append", "Merge"),
        ({"action": "M"}, "Append", "Merge"),
        ({"action": "R"}, "Replace", "Replace"),
        ({"action": "D"}, "Delete", "Delete"),
    ],
)
def test_actions(changes: dict[str, object], old: str, new: str):
    """A plain answer is Information in 2.1 and 3.0, in 3.1 Replace when it is whole; only 3.1 has Merge"""
    for variant in (sdmx_ml.GENERIC_DATA, sdmx_ml.SPECIFIC_DATA, sdmx_ml.DATA_3_0):
        text = written(message([TWO], **changes), variant)
        assert text.count(f'action="{old}"') == 1
        assert f"<mes:DataSetAction>{old}</mes:DataSetAction>" in text
    text = written(message([TWO], **changes), sdmx_ml.DATA_3_1)
    assert f'ss:action="{new}"' in text


@pytest.mark.item("R2-DATA-02", "ML3-02")
@pytest.mark.parametrize(
    ("context", "said"),
    [
        ("datastructure", "<com:Structure>urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=SSER:CRIME(1.0.0)<"),
        (
            "provisionagreement",
            "<com:ProvisionAgreement>urn:sdmx:org.sdmx.infomodel.registry.ProvisionAgreement=SSER:PA(1.0.0)<",
        ),
    ],
)
def test_3_x_names_what_was_asked_for(context: str, said: str):
    """The header of 3.x names the flow, the structure or the agreement that was asked for"""
    found = message([TWO], context=context, agreement=Reference("SSER", "PA"))
    assert said in written(found, sdmx_ml.DATA_3_1)


@pytest.mark.item("ML21-08")
def test_flat_generic_data():
    """AllDimensions in generic data: Obs with ObsKey, and every attribute on each"""
    found = message([TWO], dimension_at_observation="AllDimensions")
    assert body(found, sdmx_ml.GENERIC_DATA).startswith(
        '<Obs><ObsKey><Value id="freq" value="A"/><Value id="geo" value="FR"/><Value id="TIME_PERIOD" value="2021"/>'
        '</ObsKey><ObsValue value="12.50"/><Attributes><Value id="OBS_STATUS" value="A"/>'
        '<Value id="DATA_ORIGIN" value="real"/></Attributes></Obs><Obs>'
    )


@pytest.mark.item("ML21-09")
def test_flat_structure_specific_data():
    """AllDimensions in structure-specific data: Obs without Series, in the namespace of that view"""
    found = message([TWO], dimension_at_observation="AllDimensions")
    assert ":ObsLevelDim:AllDimensions" in written(found, sdmx_ml.SPECIFIC_DATA)
    assert body(message([TWO], dimension_at_observation="AllDimensions"), sdmx_ml.SPECIFIC_DATA).startswith(
        '<Obs freq="A" geo="FR" TIME_PERIOD="2021" OBS_VALUE="12.50" OBS_STATUS="A" DATA_ORIGIN="real"/><Obs '
    )

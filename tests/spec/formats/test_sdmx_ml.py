"""SDMX-ML 2.1 data: a small block in, exact bytes out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from blocks import HEADER, STRUCTURE, TWO, block, free, message

from greffe.errors import Broken, NotAcceptable
from greffe.formats import sdmx_ml
from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage

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

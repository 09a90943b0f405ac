"""Words of the vocabularies that DCAT-AP 3 asks for: the EU's authority tables, publisher types, licence, file types."""

from __future__ import annotations

from typing import Final

from rdflib import Namespace, URIRef
from rdflib.namespace import DCTERMS, SKOS

from greffe.model.structures import Texts

VCARD: Final = Namespace("http://www.w3.org/2006/vcard/ns#")
EU: Final = "http://publications.europa.eu/resource/authority/"
IANA: Final = "https://www.iana.org/assignments/media-types/"
DCAT_AP: Final = URIRef("http://data.europa.eu/r5r/")
LICENCE: Final = URIRef("https://www.etalab.gouv.fr/wp-content/uploads/2017/04/ETALAB-Licence-Ouverte-v2.0.pdf")
LICENCE_TYPE: Final = URIRef("http://purl.org/adms/licencetype/Attribution")  # to be named is all it asks
LANGUAGES: Final = {"en": URIRef(f"{EU}language/ENG"), "fr": URIRef(f"{EU}language/FRA")}
FRANCE: Final = URIRef(f"{EU}country/FRA")
JUSTICE: Final = URIRef(f"{EU}data-theme/JUST")
PUBLIC: Final = URIRef(f"{EU}access-right/PUBLIC")
STABLE: Final = URIRef(f"{EU}planned-availability/STABLE")
# Letter of a frequency → the EU's word.
FREQUENCIES: Final = {
    "A": "ANNUAL", "S": "ANNUAL_2", "T": "ANNUAL_3", "Q": "QUARTERLY", "M": "MONTHLY", "W": "WEEKLY", "D": "DAILY",
}  # fmt: skip
PUBLISHER_TYPE: Final = "http://purl.org/adms/publishertype/"
# What the authority's terms are, so that a reader need not fetch its tables: table → class.
CLASSES: Final = {
    "language": DCTERMS.LinguisticSystem, "country": DCTERMS.Location, "data-theme": SKOS.Concept,
    "access-right": DCTERMS.RightsStatement, "planned-availability": SKOS.Concept, "frequency": DCTERMS.Frequency,
    "file-type": DCTERMS.MediaTypeOrExtent,
}  # fmt: skip
# Names of the concepts and of the schemes that are told with their class, as those who keep them write them.
LABELS: Final[dict[str, Texts]] = {
    f"{EU}data-theme/JUST": {
        "en": "Justice, legal system and public safety", "fr": "Justice, système juridique et sécurité publique",
    },
    f"{EU}planned-availability/STABLE": {"en": "stable", "fr": "stable"},
    f"{PUBLISHER_TYPE}NationalAuthority": {"en": "National authority", "fr": "Autorité nationale"},
    str(LICENCE_TYPE): {"en": "Attribution required", "fr": "Mention de la source obligatoire"},
}  # fmt: skip
SCHEMES: Final[dict[str, Texts]] = {
    f"{EU}data-theme": {"en": "Data theme", "fr": "Thème de données"},
    f"{PUBLISHER_TYPE}1.0": {"en": "Publisher type", "fr": "Type d’éditeur"},
}

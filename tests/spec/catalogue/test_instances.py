"""What stands in `sdmx/`: an instance of every kind, in French and English, with ids and counts worked out by hand."""

from __future__ import annotations

import csv
import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

import pytest
from shipped_catalogue import shipped_files

from greffe.catalogue.artefact_json import read_message
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.load import load
from greffe.model.kinds import CLASSES
from greffe.model.references import Reference, Urn
from greffe.model.structures import (
    Artefact,
    Categorisation,
    CategoryScheme,
    Codelist,
    DataConstraint,
    Dataflow,
    MetadataProviderScheme,
    ProvisionAgreement,
)

ROOT = Path(__file__).parents[3]
LANGUAGES = {"en", "fr"}
TEXTS = ("names", "descriptions", "texts", "computation", "conditions")
LEVELS = {"verified", "verified-secondary", "inferred", "recalled", "recalled-low", "synthetic"}


@cache
def files() -> dict[str, bytes]:
    return shipped_files()


@cache
def catalogue() -> Catalogue:
    return load(files())


@cache
def kept() -> tuple[Artefact, ...]:
    """The artefacts of the files, without those that are derived from maps."""
    return tuple(
        a for path, content in files().items() if path.startswith("sdmx/") for a in read_message(content, path)
    )


def one(cls, id_, version="1.0.0"):
    return catalogue().get(cls, Reference("SSER", id_, version))


def texts(thing: object) -> Iterator[Mapping[str, str]]:
    """Every text of an artefact, whatever holds it."""
    if isinstance(thing, tuple):
        for part in thing:
            yield from texts(part)
    elif isinstance(thing, Mapping):
        if set(thing) & LANGUAGES:  # a text that a report says
            yield thing
    elif is_dataclass(thing):
        for field in fields(thing):
            value = getattr(thing, field.name)
            if field.name in TEXTS and value:
                yield value
            elif field.name not in TEXTS:
                yield from texts(value)


@pytest.mark.parametrize("kind", sorted(CLASSES))
def test_every_kind_has_an_instance(kind):
    assert any(found == kind for found, _ in catalogue().artefacts)


@pytest.mark.parametrize("artefact", kept(), ids=lambda a: f"{a.kind} {a.reference}")
def test_every_text_is_in_french_and_english(artefact):
    assert artefact.names
    for text in texts(artefact):
        assert set(text) == LANGUAGES
        assert all(t == t.strip() and t for t in text.values())
        assert "'" not in text["fr"]


@pytest.mark.parametrize("artefact", kept(), ids=lambda a: f"{a.kind} {a.reference}")
def test_every_artefact_says_how_it_is_known(artefact):
    items = [i for i in getattr(artefact, "items", ()) if hasattr(i, "annotations")]
    said = [a.title for thing in (artefact, *items) for a in thing.annotations if a.type == "PROVENANCE"]
    assert artefact.annotation("PROVENANCE")
    assert set(said) <= LEVELS


def test_the_whole_loads_within_a_second():
    spent = []
    for _ in range(3):
        start = time.process_time()
        load(files())
        spent.append(time.process_time() - start)
    assert min(spent) < 1


def test_the_table_of_files_is_that_of_the_files():
    """`sdmx/README.md` names every file with the checksum that it has."""
    page = (ROOT / "sdmx/README.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| (\S+\.json) \|.*\| `([0-9a-f]{64})` \|$", page, re.M))
    held = {p.removeprefix("sdmx/"): hashlib.sha256(c).hexdigest() for p, c in files().items() if p[:5] == "sdmx/"}
    changed = [f"{file} … `{sum_}`" for file, sum_ in held.items() if listed.get(file) != sum_]
    assert not changed, "\n".join(["to be written into the table:", *changed])
    assert set(listed) == set(held)


# Subjects


def paths(scheme: CategoryScheme) -> list[str]:
    """Dotted paths, in the order of the file."""
    known: dict[str, str] = {}
    for item in scheme.items:
        known[item.id] = f"{known[item.parent]}.{item.id}" if item.parent else item.id
    return list(known.values())


def test_subjects_have_three_levels():
    found = paths(one(CategoryScheme, "JUSTICE_SUBJECTS"))
    assert [p for p in found if "." not in p] == [
        "CRIMINAL", "PRISONS", "CIVIL", "FAMILY", "JUVENILE", "NATIONALITY", "INSOLVENCY", "LEGAL_AID", "PROFESSIONS",
        "BUDGET", "SOURCES",
    ]  # fmt: skip
    assert {p.split(".")[0] for p in found if p.count(".") == 2} == {p for p in found if "." not in p}
    assert max(p.count(".") for p in found) == 2
    assert {"CRIMINAL.OFFENCES.OFFENCES_CATEGORY", "PRISONS.PRISON_STOCKS.PRISON_CAPACITY",
            "CIVIL.CIVIL_LITIGIOUS.CIVIL_FIRST", "FAMILY.FAMILY_DIVORCES.DIVORCES_NOTARY"} <= set(found)  # fmt: skip


def test_every_domain_of_the_indicators_is_under_a_subject():
    domains = {i.annotation("DOMAIN") for i in one(Codelist, "CL_INDICATEUR").items if i.annotation("DOMAIN")}
    assert {i.annotation("DOMAIN") for i in one(CategoryScheme, "JUSTICE_SUBJECTS").items} - {""} == domains


# Dataflows

with (ROOT / "tests/data/dataflow_subjects.csv").open(encoding="utf-8", newline="") as stream:
    CATEGORIES = {row["dataflow"]: set(row["subjects"].split(";")) for row in csv.DictReader(stream)}


def test_every_dataflow_is_categorised():
    found: dict[str, set[str]] = {flow.reference.id: set() for flow in catalogue().all(Dataflow)}
    for link in catalogue().all(Categorisation):
        assert link.source is not None
        assert link.target is not None
        assert link.target.reference == Reference("SSER", "JUSTICE_SUBJECTS")
        found[link.source.reference.id].add(link.target.item)
    assert found == CATEGORIES


@pytest.mark.parametrize("flow", CATEGORIES)
def test_every_dataflow_has_a_provider_and_an_allowed_constraint(flow):
    urn = Urn("dataflow", Reference("SSER", flow))
    assert any(a.dataflow == urn for a in catalogue().all(ProvisionAgreement))
    assert any(c.role == "Allowed" and urn in c.attachments for c in catalogue().all(DataConstraint))


def test_the_internal_extract_allows_the_118_indicators_of_justice():
    allowed = one(DataConstraint, "INT_JUSTICE_ALLOWED").values
    assert allowed["FREQ"] == ("A", "Q", "M")
    assert len(allowed["INDICATEUR"]) == 118
    assert not {"POP_1JAN", "SSMSI_INFR"} & set(allowed["INDICATEUR"])


def test_who_provides_the_internal_extract():
    urn = Urn("dataflow", Reference("SSER", "INT_JUSTICE"))
    found = Counter(a.provider.item for a in catalogue().all(ProvisionAgreement) if a.dataflow == urn and a.provider)
    assert found == Counter(["SSER", "DAP", "DSJ", "CCASS", "DACS", "SADJAV", "SG-BUD", "CJN"])
    assert [i.id for i in one(MetadataProviderScheme, "METADATA_PROVIDERS", "1.0").items] == ["SSER", "SSMSI"]


# Code lists


def test_flags_are_both_status_lists_with_prefixes():
    flags = one(Codelist, "CL_FLAGS")
    ids = [i.id for i in flags.items]
    assert len(ids) == 1 + 20 + 12
    assert ids[:3] == ["NONE", "OBS_A", "OBS_B"]
    assert {"OBS_D", "CONF_D", "OBS_E", "CONF_E"} <= set(ids)  # both lists have D and E


def test_the_classification_of_crime_has_four_levels():
    items = one(Codelist, "ICCS").items
    assert Counter(len(i.annotation("SOURCE_CODE")) for i in items) == {2: 11, 4: 63, 5: 117, 6: 72}
    assert all(i.id == f"ICCS{i.annotation('SOURCE_CODE')}" for i in items)
    by_id = {i.id: i for i in items}
    assert by_id["ICCS020221"].parent == "ICCS02022"
    assert sum(i.annotation("PROVENANCE") == "verified" for i in items) == 54

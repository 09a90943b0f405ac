#!/usr/bin/env python3
"""Writes samples/published/: French figures that were really published, turned back into the internal codes.

    python samples/make_published.py            writes samples/published/
    python samples/make_published.py --out DIR  writes elsewhere (a test compares)

Standard library only; reads samples/source/ only. Nothing is computed: each value is the text of one published
row, less the ".0" that a spreadsheet left on whole numbers. What is not turned back is listed with its reason.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source"
Row = dict[str, str]

HEAD = ["indicateur", "niveau_geo", "geo", "periode", "freq", "territoire"]
TAIL = ["valeur", "unite", "statut", "conf", "version", "extrait_le"]
BREAKDOWNS = ["infraction", "nataff", "nac", "sexe", "age", "nationalite", "statut_pen", "detail"]
JUSTICE = HEAD + BREAKDOWNS + TAIL
SSMSI = [*HEAD, "index_ssmsi", *TAIL]
POPULATION = [*HEAD, "sexe", "age", *TAIL]
SDMX_CSV = ["DATAFLOW", "freq", "iccs", "unit", "geo", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"]
CELL = ["indicateur", "periode", "sexe", "age", "statut_pen", "detail", "valeur"]
FOUND = ["source_rows", "published_as", "published_year", "reference_date", "date_confidence", "note"]
LEFT_OUT = ["row_id", "series_key", "period", "value", "reason"]

# Days of the copies: the Eurostat extract is dated "before 1 December 2024", the UNODC file 11 May 2023, and the
# population list was put together on 23 November 2026.
COPIED = {"crim_off_cat": "2024-11-30", "prisons": "2023-05-11", "population": "2026-11-23"}
UNODC_COLUMNS = [
    "Iso3_code", "Country", "Region", "Subregion", "Indicator", "Dimension", "Category", "Sex", "Age", "Year",
    "Unit of measurement", "VALUE", "Source",
]  # fmt: skip
UNODC_TITLE = ["UNODC data portal: prisons and prisoners (France alone)", "File of 11/05/2023"]
PLAIN = ["serie", "periode", "valeur", "note"]
# Publications that are no file of their own: figures quoted by pages, collected on 23 November 2026.
QUOTED = {
    ("SSM Justice", "Prison mensuel"): "ssm_prison_mensuel.csv",
    ("SSM Justice", "Condamnations"): "ssm_condamnations.csv",
    ("SSM Justice", "Chiffres clés 2023"): "ssm_chiffres_cles_2023.csv",
    ("SPACE I", "prison stock"): "space_i_stock.csv",
    ("CEPEJ", "CEPEJ report 2024 cycle"): "cepej_2024.csv",
    ("Eurostat", "crim_pris_cap"): "estat_crim_pris_cap.csv",
}
MANIFEST = ["file", "body", "dataset", "dataflow", "retrieved", "url", "series", "period", "value", "note"]

SEX = {"Total": "T", "Male": "1", "Female": "2"}
AGE = {"Total": "T", "Adult": "MAJ", "Juveniles": "MIN"}
# (indicator, dimension, category of the UNODC file) -> (indicateur, statut_pen, detail)
PRISON = {
    ("Persons held", "Total", "Total"): ("PRI_DETENUS", "", ""),
    ("Persons held", "by status", "Unsentenced"): ("PRI_PREVENUS", "", ""),
    ("Persons held", "by status", "Sentenced"): ("PRI_CONDAMNES", "", ""),
    ("Persons held unsentenced", "by length of detention", "Unsentenced: Total"): ("PRI_PREVENUS", "", ""),
    ("Persons held unsentenced", "by length of detention", "Unsentenced for less than 6 months"): (
        "PRI_PREVENUS",
        "",
        "LT6M",
    ),
    ("Persons held unsentenced", "by length of detention", "Unsentenced for more than 12 months"): (
        "PRI_PREVENUS",
        "",
        "GE12M",
    ),
    ("Persons held under other types of supervision", "Total", "Total"): ("PRI_NONDET", "", ""),
    ("Prisons facilities and capacity", "Total", "Official prison capacity"): ("PRI_CAPA", "", ""),
    ("Persons entering prison", "Total", "Total"): ("PRI_ENTREES", "T", ""),
    ("Persons entering prison", "by status", "Sentenced"): ("PRI_ENTREES", "COND", ""),
    ("Persons entering prison", "by status", "Unsentenced"): ("PRI_ENTREES", "PREV", ""),
}
WHY_NOT = {
    (
        "Persons held unsentenced",
        "by length of detention",
    ): "cumulative class: two internal codes, their split is not published",
    (
        "Persons held",
        "by citizenship",
    ): "no internal code for all foreigners together; in 2007 the rows hold another population",
    ("Persons held", "by selected crime"): "published under another offence rule than the internal main offence",
    (
        "Persons held",
        "by type of criminal acts",
    ): "all offences of a person are counted: not the internal main-offence rule",
    ("Persons entering prison", "by selected crime"): "entries by offence are not an internal indicator",
    ("Persons entering prison", "by type of criminal acts"): "entries by offence are not an internal indicator",
    ("Mortality in prison", "Total"): "not mapped by any table served so far",
    ("Mortality in prison", "by type of death"): "not mapped by any table served so far",
}


def read(name: str) -> list[Row]:
    with (SOURCE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, columns: list[str], rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
    print(f"{path}: {len(rows)} rows")


def whole(text: str) -> str:
    """The digits of a count; refuses a value that is not a whole number."""
    digits = text.removesuffix(".0")
    if not digits.isdigit():
        raise ValueError(f"{text!r} is not a count")
    return digits


def observation(indicator: str, period: str, frequency: str, value: str, copied: str, **codes: str) -> Row:
    """One extract line about France; codes and attributes that are not given are empty or the usual ones."""
    fixed = {"niveau_geo": "FR", "geo": "FR", "statut": "D", "version": "1", "extrait_le": copied}
    return fixed | {"indicateur": indicator, "periode": period, "freq": frequency, "valeur": value} | codes


def eurostat() -> list[Row]:
    """The published rows of crim_off_cat with their series key taken apart."""
    rows = []
    for r in read("published_values.csv"):
        if r["dataset"] == "crim_off_cat":
            freq, iccs, unit, geo = r["series_key"].split(".")
            rows.append(r | {"freq": freq, "iccs": iccs, "unit": unit, "geo": geo})
    return rows


def offences() -> list[Row]:
    """INT_SSMSI: the counts. A value that Eurostat shows with O is not communicated (NC), and stays empty."""
    index = {r["iccs"]: r["code"] for r in read("ssmsi_index.csv")}
    rows = []
    for r in eurostat():
        if r["unit"] == "NR":
            known = r["value"] != ""
            rows.append(
                observation(
                    "SSMSI_INFR",
                    r["period"],
                    "A",
                    whole(r["value"]) if known else "",
                    COPIED["crim_off_cat"],
                    territoire="fr_met_drom",
                    index_ssmsi=index[r["iccs"]],
                    unite="infraction",
                    statut="D" if known else "NC",
                )
            )
    return rows


def offences_as_published() -> list[Row]:
    """What Eurostat published, counts and rates, for the comparison of our rules with publications."""
    flow = "SSER:ESTAT_CRIM_OFF_CAT(1.0.0)"
    return [
        r | {"DATAFLOW": flow, "TIME_PERIOD": r["period"], "OBS_VALUE": r["value"], "OBS_STATUS": r["obs_status"]}
        for r in eurostat()
    ]


def population() -> list[Row]:
    """INT_POPULATION: 1 January. The two years that nothing confirms and that were revised since are provisional."""
    return [
        observation(
            "POP_1JAN",
            r["year"],
            "A",
            whole(r["population"]),
            COPIED["population"],
            territoire="fr_met_drom",
            sexe="T",
            age="T",
            unite="personne",
            statut="D" if r["implied_by_crim_off_cat"] else "PR",
        )
        for r in read("population_fr.csv")
    ]


def prisons() -> tuple[list[Row], list[Row], list[Row]]:
    """INT_JUSTICE: (extract lines, their provenance, published counts that are not turned back)."""
    dates = {r["year"]: r for r in read("reference_dates.csv") if r["dataset"] == "data_cts_prisons_and_prisoners"}
    lines: dict[tuple[str, ...], Row] = {}
    provenance: dict[tuple[str, ...], Row] = {}
    left_out: list[Row] = []
    for r in read("published_values.csv"):
        if r["source_body"] != "UNODC" or r["unit"] != "Counts":
            continue
        indicator, dimension, category, sex, age = r["series_key"].split("|")
        target = PRISON.get((indicator, dimension, category))
        flow = target is not None and target[0] == "PRI_ENTREES"
        reason = ""
        if category == "Number of facilities":
            reason = "UNODC also counts quartiers: not the internal notion"
        elif target is None:
            reason = WHY_NOT[indicator, dimension]
        elif target[0] == "PRI_CAPA" and (sex, age) != ("Total", "Total"):
            reason = "the internal capacity has no sex and no age"
        elif not flow and r["period"] not in dates:
            reason = "the true date behind this year is not known"
        if reason or target is None:
            left_out.append({c: r[c] for c in ("row_id", "series_key", "period", "value")} | {"reason": reason})
            continue
        line, source = prison_line(r, target, sex, age, {} if flow else dates[r["period"]])
        key = tuple(line.get(c, "") for c in HEAD + BREAKDOWNS)
        if key in lines:
            if lines[key] != line:
                raise ValueError(f"two published values for {key}")
            provenance[key]["source_rows"] += ";" + r["row_id"]
            provenance[key]["published_as"] += ";" + r["series_key"]
        else:
            lines[key], provenance[key] = line, source
    order = sorted(lines)
    return [lines[k] for k in order], [provenance[k] for k in order], left_out


def prison_line(r: Row, target: tuple[str, str, str], sex: str, age: str, date: Row) -> tuple[Row, Row]:
    """One published row as an extract line and its provenance; `date` is empty for a flow of the year."""
    indicator, status, detail = target
    flow = not date
    codes = {"statut_pen": status, "detail": detail, "unite": "place" if indicator == "PRI_CAPA" else "personne"}
    if not flow and indicator != "PRI_CAPA":
        codes |= {"sexe": SEX[sex], "age": AGE[age]}
    line = observation(
        indicator,
        r["period"] if flow else date["reference_date"][:7],
        "A" if flow else "M",
        whole(r["value"]),
        COPIED["prisons"],
        territoire="fr_all",
        **codes,
    )
    source = {c: line[c] for c in CELL if c in line} | {
        "source_rows": r["row_id"],
        "published_as": r["series_key"],
        "published_year": r["period"],
        "reference_date": "" if flow else date["reference_date"],
        "date_confidence": "flow of the year" if flow else confidence(indicator, date),
        "note": "" if flow or indicator != "PRI_DETENUS" else date["note"],
    }
    return line, source


def confidence(indicator: str, date: Row) -> str:
    if indicator == "PRI_DETENUS":
        return date["confidence"]
    return "inferred: the date of persons held of the same file and year (" + date["confidence"] + ")"


def unodc_as_published() -> list[list[str]]:
    """The UNODC file: two title lines, thirteen columns, the rows of France that are held."""
    rows = [[line] for line in UNODC_TITLE] + [UNODC_COLUMNS]
    for r in read("published_values.csv"):
        if r["source_body"] == "UNODC":
            said = r["source"].partition("field Source = ")[2]
            place = ["FRA", "France", "Europe", "Western Europe", r["indicator"]]
            _, *rest = r["series_key"].split("|")
            rows.append([*place, *rest, r["period"], r["unit"], r["value"], said])
    return rows


def quoted_as_published() -> dict[str, list[Row]]:
    """Figures that pages quote, by file: the page is the note."""
    files: dict[str, list[Row]] = {name: [] for name in QUOTED.values()}
    for r in read("published_values.csv"):
        name = QUOTED.get((r["source_body"], r["dataset"]))
        if name:
            note = "; ".join(t for t in (r["source"], r["comment"]) if t)
            series = r["series_key"] or r["indicator"]
            files[name].append({"serie": series, "periode": r["period"], "valeur": r["value"], "note": note})
    return files


def population_as_published() -> list[Row]:
    return [
        {"serie": r["geo"], "periode": r["year"], "valeur": r["population"], "note": r["confidence"]}
        for r in read("population_fr.csv")
    ]


def manifest() -> list[Row]:
    """Which publications there are, and how `greffe publications add` is told to read them."""
    plain = {"series": "serie", "period": "periode", "value": "valeur", "note": "note", "retrieved": "2026-11-23"}
    return [
        {
            "file": "estat_crim_off_cat.csv", "body": "Eurostat", "dataset": "crim_off_cat",
            "dataflow": "ESTAT_CRIM_OFF_CAT", "retrieved": COPIED["crim_off_cat"],
            "url": "Eurostat crim_off_cat, extract before 1 December 2024",
        },
        {
            "file": "unodc_prisons.csv", "body": "UNODC", "dataset": "data_cts_prisons_and_prisoners",
            "retrieved": COPIED["prisons"], "url": "UNODC data portal, data_cts_prisons_and_prisoners",
        },
        *(
            plain | {"file": name, "body": body, "dataset": dataset, "url": "pages named in the notes"}
            for (body, dataset), name in QUOTED.items()
        ),
        plain | {
            "file": "insee_population.csv", "body": "Insee", "dataset": "population au 1er janvier",
            "url": "Insee, bilan démographique (as recalled, see the notes)",
        },
    ]  # fmt: skip


def main(argv: list[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--out", type=Path, default=HERE / "published")
    out: Path = options.parse_args(argv).out
    lines, provenance, left_out = prisons()
    write(out / "ssmsi_infractions.csv", SSMSI, offences())
    write(out / "prisons.csv", JUSTICE, lines)
    write(out / "prisons_provenance.csv", CELL + FOUND, provenance)
    write(out / "prisons_left_out.csv", LEFT_OUT, left_out)
    write(out / "population.csv", POPULATION, population())
    published = [{c: r[c] for c in SDMX_CSV} for r in offences_as_published()]
    write(out / "publications" / "estat_crim_off_cat.csv", SDMX_CSV, published)
    with (out / "publications" / "unodc_prisons.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(unodc_as_published())
    for name, rows in quoted_as_published().items():
        write(out / "publications" / name, PLAIN, rows)
    write(out / "publications" / "insee_population.csv", PLAIN, population_as_published())
    write(out / "publications.csv", MANIFEST, manifest())


if __name__ == "__main__":
    main()

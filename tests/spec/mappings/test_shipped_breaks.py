"""Breaks that the shipped table declares: where B stands in what recipients get, and where it must not."""

import pytest
from shipped_maps import map_rows

from greffe.engine import opened
from greffe.settings import EngineSettings


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    with opened(EngineSettings(), tmp_path_factory.mktemp("spill"), []) as found:
        yield found


def statuses(found, *starts):
    """Key and period → status and comment, of keys that begin so."""
    return {k: (r["OBS_STATUS"], r["COMMENT_OBS"]) for k, r in found.items() if k.startswith(starts)}


def test_litigious_divorces_break_in_2021_and_not_in_2017(connection):
    """Mutual consent left the courts in 2017, and was never in the figure of the CEPEJ; the single step came in 2021."""
    rows = "".join(
        f"""
        FAM_DIV_{what} | {year} | fr_met_drom | {nac} | {value}"""
        for year in ("2016", "2017", "2021", "2022")
        for what, nac, value in (
            ("NOUV", "ACC", 10), ("NOUV", "CMJ", 90), ("NOUV", "T", 100), ("PRON", "FAU", 7), ("PRON", "CMJ", 80),
        )
    )  # fmt: skip
    _, found = map_rows(
        connection, "MAP_CEPEJ_CASES", "INDICATEUR | TIME_PERIOD | TERRITOIRE | NAC | OBS_VALUE" + rows
    )
    said = statuses(found, "Q101_DIV.I1.IN", "Q101_DIV.I1.RES")
    single = "Since 1 January 2021 divorce proceedings have a single step, without the conciliation phase."
    assert {key: status for key, (status, _) in said.items() if status != "A"} == {"Q101_DIV.I1.IN 2021": "B"}
    assert f"Break in series: {single}" in said["Q101_DIV.I1.IN 2021"][1]


def test_the_profession_of_2022_is_another_one(connection):
    """The stock of 1 January 2023 is that of 31 December 2022."""
    _, found = map_rows(
        connection,
        "MAP_CEPEJ_PROFESSIONALS",
        """
        INDICATEUR  | TIME_PERIOD | SEXE | DETAIL | OBS_VALUE
        AUX_COMJUST | 2023        | T    | _Z     | 3700
        AUX_COMJUST | 2024        | T    | _Z     | 3800
        """,
    )
    said = {key: status for key, (status, _) in statuses(found, "Q170").items()}
    assert said == {"Q170.T.T 2022": "B", "Q170.T.T 2023": "A"}


def test_minors_prosecuted_break_in_2021_and_what_holds_them(connection):
    """The code of 30 September 2021. Adults keep the status D of persons in cases, whose reason stands beside the break too."""
    _, found = map_rows(
        connection,
        "MAP_UNODC_PROSECUTION",
        """
        INDICATEUR   | TIME_PERIOD | TERRITOIRE  | NATAFF | SEXE | AGE | NATIONALITE | DETAIL | OBS_VALUE
        PEN_PQ_POURS | 2021        | fr_met_drom | T      | 1    | MIN | T           | _Z     | 40
        PEN_PQ_POURS | 2021        | fr_met_drom | T      | 1    | MAJ | T           | _Z     | 500
        """,
    )
    said = statuses(found, "PERS_PROS.TOTAL.CAT00.Male")
    kinds = {key.split(".")[-1]: status for key, (status, _) in said.items()}
    assert kinds == {"Juveniles 2021": "B", "Adult 2021": "D", "Total 2021": "B"}
    differs = said["PERS_PROS.TOTAL.CAT00.Male.Adult 2021"][1]
    assert said["PERS_PROS.TOTAL.CAT00.Male.Juveniles 2021"][1].startswith(f"{differs}; Break in series: Code of criminal")


def test_drug_offences_before_2016_were_a_part(connection):
    """Counts and rates of the recipient's own table, declared there."""
    _, found = map_rows(
        connection,
        "MAP_ESTAT_CRIM_OFF_CAT",
        """
        INDICATEUR | TIME_PERIOD | TERRITOIRE  | INDEX_SSMSI        | OBS_VALUE
        SSMSI_INFR | 2015        | fr_met_drom | SSMSI_STUPEFIANTS  | 7483
        SSMSI_INFR | 2016        | fr_met_drom | SSMSI_STUPEFIANTS  | 241887
        SSMSI_INFR | 2016        | fr_met_drom | SSMSI_HOMICIDE     | 900
        """,
        people={"2015": "66000000", "2016": "66000000"},
        left_out=("freq", "geo"),
    )
    said = {key: status for key, (status, _) in statuses(found, "ICCS").items()}
    assert said == {
        "ICCS0601.NR 2015": "A", "ICCS0601.NR 2016": "B", "ICCS0101.NR 2016": "A",
        "ICCS0601.P_HTHAB 2015": "A", "ICCS0601.P_HTHAB 2016": "B", "ICCS0101.P_HTHAB 2016": "A",
    }  # fmt: skip

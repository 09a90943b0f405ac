"""What does not change from block to block: code lists, weights of the territories, seeded random numbers."""

from __future__ import annotations

import csv
import zlib
from functools import cached_property
from pathlib import Path

import numpy as np

SOURCE = Path(__file__).resolve().parent.parent / "source"
FIRST, LAST = 2012, 2024  # years of the series; the last one is provisional
OLDEST = 1995  # first year of the full cube by department, which only large extracts reach

AGES = ["00-12", "13-15", "16-17", "18-20", "21-24", "25-29", "30-39", "40-49", "50-59", "60+"]
NATIONALITIES = ["F", "UE", "HUE", "AP", "ND"]
COURTS_OF_CRIME = ["ASSISES", "CCD", "TCORR", "TPE", "TPOL"]
DURATIONS = ["LT6M", "M6_12", "GE12M"]
AID = ["CIV", "PEN", "ADM", "AUT"]
# Other breakdowns that the column detail holds, and the share of each code in a made-up total.
DETAILS: dict[str, dict[str, float]] = {
    "degre": {"DEG_1": 0.74, "DEG_2": 0.22, "DEG_3": 0.04},
    "cause_deces": {
        "DECES_SUICIDE": 0.5, "DECES_HOMICIDE": 0.02, "DECES_ACCIDENT": 0.03, "DECES_NATUREL": 0.37, "DECES_AUTRE": 0.08,
    },
    "issue": {"ISSUE_COND": 0.91, "ISSUE_RELAX": 0.06, "ISSUE_DISP": 0.01, "ISSUE_AUT": 0.02},
    "mode_poursuite": {
        "MODE_CI": 0.11, "MODE_COPJ": 0.27, "MODE_CPPV": 0.05, "MODE_CITD": 0.04, "MODE_CRPC": 0.17, "MODE_OP": 0.32,
        "MODE_INST": 0.04,
    },
    "type_peine": {
        "PEINE_RECL": 0.002, "PEINE_EMPF": 0.23, "PEINE_EMPS": 0.25, "PEINE_AMD": 0.36, "PEINE_DDSE": 0.02,
        "PEINE_SUBS": 0.11, "PEINE_EDUC": 0.02, "PEINE_DISP": 0.008,
    },
    "peine_mineur": {
        "PEINE_RECL": 0.001, "PEINE_EMPF": 0.14, "PEINE_EMPS": 0.24, "PEINE_AMD": 0.03, "PEINE_SUBS": 0.12,
        "PEINE_EDUC": 0.45, "PEINE_DISP": 0.019,
    },
    "nature_inf": {"INF_CRI": 0.004, "INF_DEL": 0.986, "INF_C5": 0.01},
    "type_adm": {"ADM_TOT": 0.93, "ADM_PART": 0.07},
    "fond_refere": {"PROC_FOND": 0.88, "PROC_REFERE": 0.12},
    "type_adoption": {"ADOPT_SIMPLE": 0.75, "ADOPT_PLENIERE": 0.25},
    "issue_demande": {"DEM_ACC": 0.66, "DEM_REJ": 0.28, "DEM_AUT": 0.06},
    "mesure_majeur": {"MPM_TUT": 0.38, "MPM_CUR": 0.37, "MPM_SAU": 0.02, "MPM_HAB": 0.23},
    "mesure_milieu_ouvert": {
        "MO_SURSIS": 0.71, "MO_TIG": 0.14, "MO_LC": 0.03, "MO_SSJ": 0.06, "MO_CJ": 0.04, "MO_AUT": 0.1,
    },
    "mesure_pjj": {"PJJ_PENAL": 0.6, "PJJ_INVEST": 0.42, "PJJ_CIVIL": 0.03},
    "motif_acq": {"ACQ_NAISS": 0.74, "ACQ_MARIAGE": 0.23, "ACQ_AUT": 0.03},
    "motif_css": {"CSS_INFR": 0.78, "CSS_EXT": 0.12, "CSS_IRR": 0.03, "CSS_AUT": 0.07},
    "type_alt": {"ALT_AVERT": 0.55, "ALT_STAGE": 0.14, "ALT_REPAR": 0.2, "ALT_MEDIA": 0.03, "ALT_AUT": 0.08},
    "quantum": {
        "QT_LT1M": 0.01, "QT_M1_3": 0.04, "QT_M3_6": 0.11, "QT_M6_12": 0.2, "QT_Y1_3": 0.28, "QT_Y3_5": 0.1,
        "QT_Y5_10": 0.11, "QT_Y10_20": 0.11, "QT_GE20Y": 0.03, "QT_PERP": 0.01,
    },
    "delai": {"DELAI_0": 46.0, "DELAI_6M": 72.0, "DELAI_1A": 85.0, "DELAI_5A": 95.0},  # percent enforced, not shares
    "type_amenagement": {"AMG_SL": 0.15, "AMG_PE": 0.04, "AMG_DDSE": 0.57, "AMG_LC": 0.24},
    "mode_exercice": {"EX_IND": 0.35, "EX_ASS": 0.4, "EX_SAL": 0.25},
    "type_juge": {"JUGE_CPH": 0.55, "JUGE_TC": 0.14, "JUGE_ASS": 0.28, "JUGE_MTT": 0.03},
    "corps_greffe": {"CORPS_DSG": 0.09, "CORPS_GREF": 0.5, "CORPS_ADJ": 0.36, "CORPS_AUT": 0.05},
    "corps_penit": {"CORPS_SURV": 0.7, "CORPS_SPIP": 0.12, "CORPS_DIR": 0.02, "CORPS_AUT": 0.16},
    "corps_pjj": {"CORPS_EDUC": 0.55, "CORPS_DIR": 0.05, "CORPS_AUT": 0.4},
    "type_quartier": {"QRT_MA": 0.57, "QRT_CD": 0.36, "QRT_MC": 0.03, "QRT_SL": 0.02, "QRT_MIN": 0.02},
    "type_etab": {
        "ETAB_MA": 0.43, "ETAB_CP": 0.32, "ETAB_CD": 0.13, "ETAB_MC": 0.03, "ETAB_CSL": 0.06, "ETAB_EPM": 0.03,
    },
    "motif_sortie": {"SORT_FIN": 0.52, "SORT_AMG": 0.2, "SORT_LIB": 0.24, "SORT_EVAS": 0.01, "SORT_AUT": 0.03},
    "programme": {"PRG_166": 0, "PRG_107": 0, "PRG_182": 0, "PRG_101": 0, "PRG_AUT": 0},  # amounts, not shares
    "titre": {"TIT_2": 0.63, "TIT_3": 0.25, "TIT_5": 0.07, "TIT_6": 0.05},
    "type_point": {"PJ_MJD": 0.05, "PJ_GEN": 0.66, "PJ_SPEC": 0.29},
}  # fmt: skip
JUVENILE_MODE, DEATHS = "MODE_JE", "SORT_DECES"  # the parts of two breakdowns that another figure gives
OVERSEAS = ["987", "988"]  # French Polynesia and New Caledonia: prisons outside the departments
OVERSEAS_COURTS = ["CA_NOUMEA", "CA_PAPEETE"]
LARGE = {"59": 2.6, "75": 2.1, "13": 2.0, "69": 1.9, "93": 1.7, "33": 1.6, "92": 1.6, "44": 1.5, "78": 1.5, "31": 1.4}


def read(name: str) -> list[dict[str, str]]:
    with (SOURCE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


class World:
    """Lists and weights for one seed. Matrices have one row per group and one column per department."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        rows = read("departments.csv")
        self.departments = [r["dep"] for r in rows]
        region, court = ["R" + r["insee_region"] for r in rows], [r["cour_appel"] for r in rows]
        self.regions, self.courts = sorted(set(region)), sorted(set(court))
        self.by_region = np.array([[int(a == b) for a in region] for b in self.regions])
        self.by_court = np.array([[int(a == b) for a in court] for b in self.courts])
        random = self.random("population")
        weight = np.array([LARGE.get(d, 0.25 + 0.9 * random.random()) for d in self.departments])
        self.weight = weight / weight.sum()
        self.court_weight = self.by_court @ self.weight
        self.offences = [r["code"] for r in read("infraction.csv")]
        # Discovery of a body, miscellaneous and non-criminal matters are no offences of a suspect.
        self.natures = [
            r["code"]
            for r in read("nataff.csv")
            if r["level"] == "2" and r["code"] != "A2" and r["code"][0] not in "KL"
        ]
        self.indicators = {r["id"]: r for r in read("indicators.csv")}

    def random(self, *parts: str | int) -> np.random.Generator:
        """Numbers that depend on the seed and on the names given, on nothing that was drawn before."""
        return np.random.default_rng([self.seed, *(zlib.crc32(str(p).encode()) for p in parts)])

    @cached_property
    def prison_weight(self) -> np.ndarray:
        """Share of the prison population: departments, then the two overseas collectivities."""
        weight = self.weight * self.random("prison map").uniform(0.3, 2.2, len(self.weight))
        overseas = np.array([0.0075, 0.0080])
        return np.concatenate([weight / weight.sum() * (1 - overseas.sum()), overseas])

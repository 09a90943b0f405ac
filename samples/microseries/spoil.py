"""Imperfections on purpose: what is wrong, where, and the rule that should notice it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from .frame import KEY, PLACES
from .world import World
from .writer import Damage, values

CLASSES = {
    "MISSING_ROW": "a mandatory row was removed (QR-MAN-01)",
    "EMPTY_VALUE": "value empty without a missing status (QR-FMT-05)",
    "STOCK_BREAK": "stock no longer equals previous stock + new - resolved (QR-ACC-01)",
    "STOCK_BREAK_TJ": "CIV_TJ stock off by more than the 1 percent tolerance (QR-ACC-04, a warning)",
    "SEX_SUM": "total of sexes altered (QR-SUM-01)",
    "AGE_SUM": "minors exceed the total (QR-SUB-01)",
    "GEO_SUM": "regional value altered against its departments (QR-SUM-05)",
    "BAD_CODE": "code outside the code list (QR-COD-01)",
    "OUTLIER": "value multiplied by ten (QR-PLA-01)",
    "NEGATIVE": "negative count (QR-FMT-03)",
    "DUPLICATE": "duplicate key with another value (QR-KEY-01)",
    "FORMAT": "number written with a decimal comma or a space (QR-FMT-02)",
    "CONF_FLAG": "small count without its confidentiality flag (QR-CNF-01)",
    "FLAG_FINAL": "last year marked final although it is provisional (QR-STA-02)",
    "PERIOD": "period in a foreign format (QR-FMT-01)",
    "DENSITY": "density differs from detained / capacity (QR-RAT-03)",
    "QUARTER_SUM": "annual flow differs from the sum of quarters (QR-SUM-07)",
    "TERRITORY": "territorial field of another indicator (QR-TYP-02)",
}
ANSWER = ["classe", "ligne", *KEY, "version", "colonne", "avant", "apres", "regle"]
OTHER_FIELD = {"fr_met_drom": "fr_met", "fr_all": "fr_met_drom", "none": "fr_all"}


class Spoiler:
    """Damages one block. A row is touched once at most, and never a row that a later version replaces."""

    def __init__(self, d: pd.DataFrame, random: np.random.Generator, rate: float) -> None:
        self.d, self.random = d, random
        self.size = max(1, int(len(d) * rate))  # errors aimed at for the whole block
        self.amount = d["valeur"].to_numpy()
        self.text = values(d)
        self.alive = ~d["remplacee"].to_numpy()
        self.count = ~d["unite"].isin([*PLACES, "jour"]).to_numpy()
        self.used: set[int] = set()
        self.damage = Damage()
        self.log: list[tuple[str, int, str, str, str]] = []  # class, row, column, before, after

    def equal(self, column: str, *words: str) -> np.ndarray:
        return self.d[column].isin(words).to_numpy()

    def pick(self, mask: np.ndarray, wanted: int) -> list[int]:
        found = np.flatnonzero(mask & self.alive)
        chosen = self.random.choice(found, min(wanted, len(found)), replace=False) if wanted and len(found) else []
        return [int(i) for i in chosen if int(i) not in self.used]

    def note(self, kind: str, row: int, column: str, before: str, after: str) -> None:
        self.used.add(row)
        self.log.append((kind, row, column, before, after))

    def change(self, kind: str, row: int, column: str, after: str) -> None:
        before = self.text[row] if column == "valeur" else str(self.d[column].iat[row])
        self.damage.cells[row, column] = after
        self.note(kind, row, column, before, after)

    def amounts(self, kind: str, mask: np.ndarray, wanted: int, make: Callable[[int], str]) -> None:
        for row in self.pick(mask, wanted):
            self.change(kind, row, "valeur", make(row))

    def number(self, row: int) -> int:
        return int(self.text[row])

    def any_of(self, low: int, high: int) -> int:
        return int(self.random.integers(low, high))


def spoil(world: World, d: pd.DataFrame, rate: float, serial: int) -> Spoiler:
    """The damage to one block and its log. `rate` is a share of the rows; some classes come once a block."""
    s = Spoiler(d, world.random("spoil", serial), rate)
    rows(s)
    sums(s)
    identities(s)
    texts(s)
    flags(s)
    return s


def rows(s: Spoiler) -> None:
    for row in s.pick(s.equal("sexe", "T") & s.equal("niveau_geo", "FR"), int(s.size > 3)):
        s.damage.removed.add(row)
        s.note("MISSING_ROW", row, "", s.text[row], "")
    s.amounts("EMPTY_VALUE", s.count, int(s.size > 2), lambda row: "")
    for row in s.pick(s.count, max(1, s.size // 25)):
        other = str(s.number(row) + 7)
        s.damage.doubled.append((row, other))
        s.note("DUPLICATE", row, "valeur", s.text[row], other)


def sums(s: Spoiler) -> None:
    """Totals that their parts no longer make. Only totals that have parts by sex (or departments) in the extract."""
    total = s.equal("sexe", "T") & (s.amount > 20) & s.count
    parts = total & s.equal("detail", "") & ~s.equal("age", "PM") & s.equal("nationalite", "", "T")
    more = {"SEX_SUM": (3, 30), "GEO_SUM": (10, 90)}
    region = s.equal("niveau_geo", "REG") & s.equal("age", "", "T") & s.equal("niveau_geo", "DEP").any()
    for kind, mask, wanted in (
        ("SEX_SUM", parts & ~s.equal("niveau_geo", "REG"), max(1, s.size // 12)),
        ("GEO_SUM", parts & region, int(s.size > 2)),
    ):
        s.amounts(kind, mask, wanted, lambda row, kind=kind: str(s.number(row) + s.any_of(*more[kind])))
    young = s.equal("age", "MIN") & s.equal("niveau_geo", "FR") & s.equal("sexe", "T") & s.equal("nationalite", "", "T")
    s.amounts("AGE_SUM", young & (s.amount > 0), int(s.size > 3), lambda row: str(s.number(row) * 1000 + 1000))


def identities(s: Spoiler) -> None:
    stocks = [i for i in s.d["indicateur"].cat.categories if i.endswith("_STOCK")]
    stock = (
        s.equal("indicateur", *stocks) & s.equal("niveau_geo", "CA") & (s.equal("nac", "T") | s.equal("detail", "T"))
    ) & s.count
    judicial = s.equal("indicateur", "CIV_TJ_STOCK")
    s.amounts("STOCK_BREAK", stock & ~judicial, 1, lambda row: str(s.number(row) + s.any_of(50, 400)))
    s.amounts(
        "STOCK_BREAK_TJ",
        stock & judicial,
        1,
        lambda row: str(s.number(row) + max(5, round(s.number(row) * float(s.random.uniform(0.03, 0.08))))),
    )
    density = s.equal("indicateur", "PRI_DENSITE")
    s.amounts("DENSITY", density, 1, lambda row: f"{s.amount[row] + float(s.random.uniform(3, 9)):.1f}")
    with_quarters = np.unique(s.d["annee"].to_numpy()[s.equal("freq", "Q")])
    flow = s.equal("freq", "A") & s.equal("nac", "T") & s.equal("niveau_geo", "FR")
    flow &= ~s.equal("indicateur", *stocks, "CIV_TJ_STOCK_2ANS") & np.isin(s.d["annee"], with_quarters)
    s.amounts("QUARTER_SUM", flow, 1, lambda row: str(s.number(row) - s.any_of(20, 200)))
    outlier = (s.amount > 100) & s.equal("freq", "A") & ~s.equal("niveau_geo", "REG") & s.count
    s.amounts("OUTLIER", outlier, int(s.size > 2), lambda row: str(s.number(row) * 10))


def texts(s: Spoiler) -> None:
    for row in s.pick(s.alive, max(1, s.size // 25)):
        coded = ("infraction", "nataff", "nac", "sexe", "detail")
        column = next((c for c in coded if s.d[c].iat[row] not in ("", "T")), "geo")
        s.change("BAD_CODE", row, column, f"{s.d[column].iat[row]}X")
    few = max(1, s.size // 40) if s.size > 2 else 0
    s.amounts("NEGATIVE", (s.amount > 0) & s.count, few, lambda row: "-" + s.text[row])

    def spelled(row: int) -> str:
        return f"{s.number(row):,}".replace(",", " ") if s.random.random() < 0.5 else f"{s.number(row)},0"

    s.amounts("FORMAT", (s.amount >= 1000) & s.count, max(1, s.size // 25), spelled)
    for row in s.pick(s.equal("freq", "Q", "M"), max(1, s.size // 40)):
        period = str(s.d["periode"].iat[row])
        s.change("PERIOD", row, "periode", period.replace("-Q", "T") if "Q" in period else f"{period[5:]}/{period[:4]}")


def flags(s: Spoiler) -> None:
    for row in s.pick(s.equal("conf", "C1"), max(1, s.size // 10)):
        s.change("CONF_FLAG", row, "conf", "")
    for row in s.pick(s.equal("statut", "PR"), max(1, s.size // 30)):
        s.change("FLAG_FINAL", row, "statut", "D")
    for row in s.pick(s.equal("niveau_geo", "FR"), max(1, s.size // 40) if s.size > 2 else 0):
        s.change("TERRITORY", row, "territoire", OTHER_FIELD[str(s.d["territoire"].iat[row])])


def answers(s: Spoiler, first: int) -> list[list[str]]:
    """Lines of the answer key: the key as it should be, and the line in the file (a block starts at line `first`)."""
    doubled = [row for row, _ in s.damage.doubled]
    out = []
    for kind, row, column, before, after in s.log:
        key = [str(s.d[c].iat[row]) for c in [*KEY, "version"]]
        line = (
            s.damage.doubled_line(doubled.index(row), first, len(s.d))
            if kind == "DUPLICATE"
            else s.damage.line(row, first)
        )
        out.append([kind, line, *key, column, before, after, CLASSES[kind]])
    return out

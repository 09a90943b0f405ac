"""What is told of a protected dataset: what could not be protected, and one summary. No finding holds a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from greffe.arrow import text
from greffe.model.findings import ERROR, INFO, Finding
from greffe.protection.choose import Choice, Secret
from greffe.protection.primary import Target
from greffe.protection.tables import Joined, Rows, rows_by_cell


def told_findings(target: Target, found: Joined, draft: Rows, told: Sequence[int]) -> Iterator[Finding]:
    """Primary cells whose value an earlier release holds."""
    rows = rows_by_cell(found)
    for cell in sorted(told):
        releases = ", ".join(sorted(found.told_by.get(cell, ())))
        if cell in rows:
            yield _finding(
                target, draft.keys[rows[cell]], ERROR,
                f"It must be hidden, but {releases} publishes the same figure: hiding it now does not help.",
                f"À masquer, mais {releases} publie le même chiffre : le masquer maintenant ne sert plus.",
            )  # fmt: skip


def failures(target: Target, found: Joined, draft: Rows, choice: Choice) -> Iterator[Finding]:
    """Primary cells that nothing protects, with the relations and releases that tell too much."""
    rows = rows_by_cell(found)
    for cell in sorted(choice.failing):
        names, releases = set(), set()
        for number in found.system.of(cell):
            equation = found.system.equations[number]
            names.add(equation.name)
            releases |= {r for one, _ in equation.terms if one not in rows for r in found.told_by.get(one, ())}
            releases |= {r for one, _ in equation.terms if one != cell for r in found.told_by.get(one, ())}
        key = draft.keys[rows[cell]] if cell in rows else ()
        by = ", ".join(sorted(names))
        also = f" with {', '.join(sorted(releases))}" if releases else ""
        aussi = f" avec {', '.join(sorted(releases))}" if releases else ""
        yield _finding(
            target, key, ERROR,
            f"What is published{also} tells too much of it through {by}, and no other cell can be hidden.",
            f"Ce qui est publié{aussi} en dit trop par {by}, et aucune autre cellule ne peut être masquée.",
        )  # fmt: skip


def summary(secrets: Mapping[int, Secret], choice: Choice) -> Finding:
    """How many cells are hidden, how many of them are proved, and for how many by tables of real numbers."""
    proved, real = len(secrets) - len(choice.failing), len(choice.real)
    en = f" For {real} of them these are tables of real numbers: their block is large." if real else ""
    fr = f" Pour {real} d’entre elles, ces tableaux sont en nombres réels : leur bloc est grand." if real else ""
    return Finding(
        "QR-CNF-02", INFO, {}, "",
        {
            "en": f"{len(secrets)} primary cells, {len(choice.hidden)} secondary ones. Proved by tables that would look the "
            f"same: {proved} primary cells have all the room that the policy asks for.{en}",
            "fr": f"{len(secrets)} cellules primaires, {len(choice.hidden)} secondaires. Prouvé par des tableaux qui se "
            f"présenteraient de même : {proved} cellules primaires peuvent avoir tout l’écart que demande la règle.{fr}",
        },
    )  # fmt: skip


def _finding(target: Target, key: Sequence[str], severity: str, en: str, fr: str) -> Finding:
    dims = target.structure.dimension_ids
    return Finding(
        "QR-CNF-02", severity, dict(zip(dims, key, strict=False)), text(key[-1]) if key else "", {"en": en, "fr": fr}
    )

"""What a draft changes of published values, against the policy of revisions: planned, exceptional, or a correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from greffe.arrow import integer, text
from greffe.catalogue.policies.revisions import RevisionPolicy, policy_for
from greffe.errors import BadQuery, Refused, nearest
from greffe.model.calendar import Words
from greffe.model.periods import span
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.differing import CHANGED, GONE, differing_of
from greffe.release.drafts import Draft
from greffe.release.parts import Parts

PLANNED, EXCEPTIONAL, CORRECTION = "planned", "exceptional", "correction"
KINDS: Final = (PLANNED, EXCEPTIONAL, CORRECTION)


@dataclass(frozen=True)
class Changed:
    """Published values of one period that are other ones now, or gone; `large`: how many of them change by more than is
    planned."""

    period: str
    values: int
    large: int


@dataclass(frozen=True)
class Follows:
    """A draft of a dataflow, and the release that is current, which it would replace (None: nothing is released)."""

    flow: Dataflow
    draft: Draft
    before: Release | None


def revisions_of(parts: Parts, found: Sequence[Follows], revision: str, reason: Words) -> tuple[str, ...]:
    """What kind of revision each of the drafts is, of those that go out together under one declared kind: that one where
    published values change, else ''. When none of them changes any, what is corrected is beside the values (a status, a
    comment), in each that follows a release.

    A value that was missing and is there now is no revision, nor is a status. Raises Refused when published values
    change and that is not declared, or declared planned and outside of what the policy of the dataflow plans, and when
    nothing is there to revise; BadQuery for an unknown kind, or without a reason in both languages where it is owed.
    """
    _check_declared(revision, reason)
    changing = [_check(parts, one, revision) for one in found]
    if revision and not any(changing):
        following = [one.before is not None for one in found]
        if not any(following):
            raise Refused("Nothing of it is released: there is nothing to revise.", parameter="--revision")
        if revision == PLANNED:
            raise Refused("No published value changes.", parameter="--revision", hint="Leave it out.")
        changing = following
    return tuple(revision if changes else "" for changes in changing)


def _check_declared(revision: str, reason: Words) -> None:
    if revision not in ("", *KINDS):
        raise BadQuery(
            f"{revision!r} is no kind of revision.", parameter="--revision", nearest=nearest(revision, KINDS)
        )
    if revision in (EXCEPTIONAL, CORRECTION) and not (reason.en.strip() and reason.fr.strip()):
        lacking = "--reason-fr" if reason.en.strip() else "--reason"
        raise BadQuery(
            f"{revision.capitalize()}: say why, for everybody to read, in both languages.", parameter=lacking
        )
    if reason and not revision:
        raise BadQuery("A public reason is that of a revision.", parameter="--reason", hint="Say --revision too.")


def _check(parts: Parts, one: Follows, revision: str) -> bool:
    """Whether it changes published values; they may be changed so."""
    asked = asked_of(parts, one)
    if asked is None:
        return False
    if asked.found and not revision:
        raise Refused(
            f"{_told(asked.found)} against {one.before}, and no revision is declared.",
            parameter="--revision",
            hint=_legitimate(one.flow, asked.policy, one.draft, asked.found),
        )
    if asked.outside and revision == PLANNED:
        raise Refused(
            f"{_told(asked.outside)} against {one.before}, which is not planned.",
            parameter="--revision",
            hint=_legitimate(one.flow, asked.policy, one.draft, asked.outside),
        )
    return bool(asked.found)


@dataclass(frozen=True)
class Asked:
    """What the policy asks of a draft: the published values that it changes by period, those of them that are not planned,
    the policy of its dataflow and the first year that it plans to revise (None: it plans none)."""

    found: Sequence[Changed]
    outside: Sequence[Changed]
    policy: RevisionPolicy | None
    first: int | None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of revision that may be declared; a correction of what lies beside the values may be where none changes."""
        if not self.found:
            return (EXCEPTIONAL, CORRECTION)
        return (EXCEPTIONAL, CORRECTION) if self.outside else KINDS

    @property
    def values(self) -> int:
        """How many published values change."""
        return sum(c.values for c in self.found)


def asked_of(parts: Parts, one: Follows) -> Asked | None:
    """None of a dataflow of which nothing is released."""
    if one.before is None:
        return None
    policy = policy_for(one.flow.reference.id, parts.catalogue().policies.revisions)
    file = differing_of(parts, one.flow, one.draft, one.before)
    decimals = parts.catalogue().structure(one.flow).decimals
    found = changed(parts, file, decimals, policy.most_percent if policy else None) if file else []
    outside = [c for c in found if not _planned(c, policy, one.draft)]
    return Asked(found, outside, policy, first_planned(policy, one.draft.last_period))


def changed(parts: Parts, differing: Path, decimals: int, most_percent: Decimal | None = None) -> list[Changed]:
    """Of the differences of a draft (differing.py): the published values that are other ones, or gone, by period in order.
    `most_percent`: the largest change that is planned, in percent of the old value; a value that is gone or was 0 changes
    by more."""
    o, n = (f"CAST(CAST({c} AS DECIMAL(38,{decimals})) * {10**decimals} AS HUGEINT)" for c in ("before", "after"))
    bound = -1 if most_percent is None else int(most_percent * 1_000)
    query = (
        f"SELECT TIME_PERIOD, count(*), "
        f"count(*) FILTER ({bound} >= 0 AND coalesce(abs({n} - {o}) * 100000 > abs({o}) * {bound}, TRUE)) "
        f"FROM read_parquet($1) WHERE before IS NOT NULL AND how IN ('{CHANGED}', '{GONE}') GROUP BY 1 ORDER BY 1"
    )
    with parts.connection() as connection:
        rows = connection.execute(query, [str(differing)]).fetchall()
    return [Changed(text(period), integer(count), integer(large)) for period, count, large in rows]


def _planned(one: Changed, policy: RevisionPolicy | None, draft: Draft) -> bool:
    first = first_planned(policy, draft.last_period)
    if policy is None or first is None or span(one.period).last.year < first:
        return False
    return one.large == 0


def first_planned(policy: RevisionPolicy | None, last_period: str) -> int | None:
    """The first year that a planned revision may change; None when none is planned."""
    if policy is None or policy.planned_years is None or not last_period:
        return None
    return span(last_period).last.year - policy.planned_years


def _told(found: Sequence[Changed]) -> str:
    count = sum(c.values for c in found)
    periods = [c.period for c in found]
    shown = ", ".join(periods[:6]) + (f" … {periods[-1]}" if len(periods) > 6 else "")
    return f"{count} published {'value' if count == 1 else 'values'} of {shown} {'changes' if count == 1 else 'change'}"


def _legitimate(flow: Dataflow, policy: RevisionPolicy | None, draft: Draft, found: Sequence[Changed]) -> str:
    """What may be declared instead."""
    first = first_planned(policy, draft.last_period)
    if first is None:
        planned = f"for {flow.reference.id} no revision is planned"
    else:
        most = f", by {policy.most_percent} % at most" if policy and policy.most_percent is not None else ""
        planned = f"for {flow.reference.id} revisions of {first} and later are planned{most}"
    if all(_planned(c, policy, draft) for c in found):
        return f"--revision planned: {planned}."
    because = f" Policy: {policy.reason}" if policy and policy.reason else ""
    rest = (
        "What lies outside is --revision correction (an error is mended) or exceptional, with --reason and --reason-fr for "
        "everybody to read."
    )
    return f"{planned[0].upper()}{planned[1:]}. {rest}{because}"

"""Which definitions hold when, folded entry by entry, against laying all changes over each other anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from greffe.model import instants
from greffe.store.base import Entry
from greffe.store.definitions import Definitions
from greffe.store.proposal_records import Proposal, effect_payload
from greffe.store.records import Approval, CatalogueVersion

T0 = datetime(2026, 1, 1, tzinfo=UTC)
FILES = ("mappings/a.csv", "mappings/b.csv", "mappings/c.csv")
START = dict.fromkeys(FILES, "s0")
# What happens, an hour apart: a proposal of other files takes effect after so many hours (0 = at once), or one is taken back.
acts = st.lists(
    st.one_of(
        st.tuples(st.just("effect"), st.sets(st.sampled_from(FILES), min_size=1), st.integers(0, 6)),
        st.tuples(st.just("withdraw"), st.integers(0, 5)),
    ),
    max_size=10,
)


def entry(number: int, kind: str, subject: str, payload: dict[str, object]) -> Entry:
    instant = instants.written(T0 + timedelta(hours=number))
    return Entry(number, instant, "ana", "local", kind, subject, payload, "", "")


def entries(happened):
    """The entries, and for each proposal: files, instant of effect, hour from which it is known, hour of withdrawal."""
    yield entry(0, "catalogue.imported", "c", CatalogueVersion("start", START).payload()), None
    made = 0
    for hour, act in enumerate(happened, 1):
        if act[0] == "effect":
            files = {path: ("" if path == FILES[2] and made % 2 else f"s{made + 1}") for path in sorted(act[1])}
            id_, at = f"P-{made}", T0 + timedelta(hours=hour + act[2])
            made += 1
            proposal = Proposal(id_, "start", files, dict.fromkeys(files, "s0"), "why")
            yield entry(hour, "proposal.made", id_, proposal.payload()), None
            approval = Approval(id_, proposal.checksum)
            yield entry(hour, "proposal.effective", id_, effect_payload(approval, at, {})), (id_, files, at, hour)
        else:
            yield entry(hour, "proposal.withdrawn", f"P-{act[1]}", {"reason": "no"}), (f"P-{act[1]}", None, None, hour)


def expected(told, moment):
    """By hand: what is known, not taken back before its instant, in the order of the instants, laid over the start."""
    effects, gone = {}, set()
    for id_, files, at, hour in told:
        if files is not None:
            effects[id_] = (at, hour, files)
        elif id_ in effects and effects[id_][0] > T0 + timedelta(hours=hour):
            gone.add(id_)
    held = dict(START)
    for at, _, files in sorted((e for id_, e in effects.items() if id_ not in gone), key=lambda e: e[:2]):
        if at <= moment:
            held |= files
    return {path: sha for path, sha in held.items() if sha}


@given(acts)
def test_what_holds_at_every_hour_is_what_all_changes_laid_anew_give(happened):
    state, told = Definitions(), []
    for one, fact in entries(happened):
        state = state.extended(one)
        told += [fact] if fact else []
    for hour in range(20):
        moment = T0 + timedelta(hours=hour)
        assert dict(state.at(moment).files) == expected(told, moment)
        if hour >= len(happened):  # before its last entry nobody has this state
            assert dict(state.now(moment).files) == expected(told, moment)


@given(acts)
def test_the_past_never_changes(happened):
    """An entry of an hour leaves what held before that hour as it was."""
    state = Definitions()
    for one, _ in entries(happened):
        after, now = state.extended(one), instants.read(one.instant)
        if state.catalogues:
            for hour in range(one.number):
                moment = T0 + timedelta(hours=hour)
                if moment < now:
                    assert after.at(moment) == state.at(moment)
        state = after

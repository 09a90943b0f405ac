"""The register is brought to the schema of this program, or back to that of the release before: what would be done, and doing it.

Nothing of the chain is touched by either, so figures, trail and checks are the same before and after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from greffe import __version__
from greffe.errors import Refused
from greffe.settings import Settings
from greffe.store.database import as_it_is, translated
from greffe.store.schema import PREVIOUS, Release, Step, bring, newest_schema, schema_of, steps
from greffe.upkeep.absent import refuse_absent


@dataclass(frozen=True)
class Plan:
    """From the schema that the register is at to that of a release, by these steps; none: it is there."""

    schema: str
    to: Release
    steps: tuple[Step, ...]

    @property
    def lost(self) -> Mapping[str, int]:
        """Rows that go for good, by table."""
        return {table: count for step in self.steps for table, count in step.rows.items() if count}


def planned(settings: Settings, *, back: bool = False) -> Plan:
    """What is to be done; nothing is. Raises NotFound where there is no register, Refused for one that this program does not know."""
    refuse_absent(settings)
    to = PREVIOUS if back else Release(__version__, newest_schema())
    engine = as_it_is(settings.register_url)
    try:
        with translated():
            return Plan(schema_of(engine), to, steps(engine, back=back))
    finally:
        engine.dispose()


def upgrade(settings: Settings, *, back: bool = False, lose: bool = False) -> Plan:
    """Do it, all or nothing; again, where it is done already, does nothing. `lose`: rows of which the release before knows
    nothing may go. Raises Refused, and Unavailable when somebody holds the register for ten seconds."""
    plan = planned(settings, back=back)
    if plan.lost and not lose:
        told = ", ".join(f"{table}: {count:,}" for table, count in plan.lost.items())
        raise Refused(
            f"{plan.to.version} knows nothing of these rows, and they would be lost: {told}.",
            hint="Make a backup with this version; with --lose they go.",
        )
    engine = as_it_is(settings.register_url)
    try:
        with translated():
            if plan.steps:
                bring(engine, plan.to.schema, back=back)
    finally:
        engine.dispose()
    return plan

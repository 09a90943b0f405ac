"""All policies of a catalogue, from the files that hold them: a new kind is a module here, a field and a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final, TypeVar

from greffe.catalogue.policies import (
    advances,
    breaks,
    contributions,
    contributors,
    deadlines,
    deliveries,
    identities,
    protection,
    revisions,
    synonyms,
    thresholds,
)
from greffe.catalogue.policies.bridge import read as bridge
from greffe.catalogue.policies.identities import DeclaredDifference, Identity
from greffe.errors import BadDefinition, nearest

T = TypeVar("T")
FOLDER: Final = "mappings/policies/"


@dataclass(frozen=True)
class Policies:
    """What staff decided beside maps. Where a file is not there, what is shipped is in force."""

    thresholds: tuple[thresholds.Threshold, ...] = field(default_factory=thresholds.shipped_thresholds)
    revisions: tuple[revisions.RevisionPolicy, ...] = ()
    deadlines: tuple[deadlines.Deadline, ...] = ()
    deliveries: tuple[deliveries.Delivery, ...] = ()
    advances: tuple[advances.AdvancePolicy, ...] = ()
    breaks: tuple[breaks.Break, ...] = ()
    identities: tuple[Identity, ...] = ()
    differences: tuple[DeclaredDifference, ...] = ()
    protection: tuple[protection.ProtectionRule, ...] = ()
    contributors: tuple[contributors.Contributor, ...] = ()
    contributions: tuple[contributions.Asking, ...] = ()
    synonyms: tuple[synonyms.Synonym, ...] = ()
    bridge: bridge.Bridge = field(default_factory=bridge.Bridge)

    @cached_property
    def limits(self) -> Mapping[tuple[str, str], Decimal]:
        """(rule, name) → the number in force."""
        return {(t.rule, t.name): t.value for t in self.thresholds}


# File → the columns that make a row this one and no other.
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    thresholds.FILE: thresholds.KEY,
    revisions.FILE: revisions.KEY,
    deadlines.FILE: deadlines.KEY,
    deliveries.FILE: deliveries.KEY,
    advances.FILE: advances.KEY,
    breaks.FILE: breaks.KEY,
    identities.FILE: identities.KEY,
    identities.DIFFERENCES: identities.DIFFERENCES_KEY,
    protection.FILE: protection.KEY,
    contributors.FILE: contributors.KEY,
    contributions.FILE: contributions.KEY,
    synonyms.FILE: synonyms.KEY,
    **bridge.KEYS,
}


def read_policies(files: Mapping[str, bytes]) -> Policies:
    """The policies in these files. Raises BadDefinition, also for a file here that no policy reads."""
    for path in sorted(files):
        if path.startswith(FOLDER) and path not in KEYS:
            raise BadDefinition("No policy is read from this file.", file=path, nearest=nearest(path, KEYS))
    return Policies(
        thresholds=_read(files, thresholds.FILE, thresholds.read_thresholds) or thresholds.shipped_thresholds(),
        revisions=_read(files, revisions.FILE, revisions.read_revisions),
        deadlines=_read(files, deadlines.FILE, deadlines.read_deadlines),
        deliveries=_read(files, deliveries.FILE, deliveries.read_deliveries),
        advances=_read(files, advances.FILE, advances.read_advances),
        breaks=_read(files, breaks.FILE, breaks.read_breaks),
        identities=_read(files, identities.FILE, identities.read_identities),
        differences=_read(files, identities.DIFFERENCES, identities.read_differences),
        protection=_read(files, protection.FILE, protection.read_protection),
        contributors=_read(files, contributors.FILE, contributors.read_contributors),
        contributions=_read(files, contributions.FILE, contributions.read_contributions),
        synonyms=_read(files, synonyms.FILE, synonyms.read_synonyms),
        bridge=bridge.read_bridge(files),
    )


def _read(files: Mapping[str, bytes], path: str, reader: Callable[[bytes, str], tuple[T, ...]]) -> tuple[T, ...]:
    return reader(files[path], path) if path in files else ()


def check_policies(policies: Policies) -> None:
    """Raise BadDefinition for what is read well row by row and yet is not whole."""
    bridge.check_bridge(policies.bridge)

"""All policies of a catalogue, from the files that hold them: a new kind is a module here, a field and a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final

from greffe.catalogue.policies import advances, deadlines, revisions, thresholds
from greffe.errors import BadDefinition, nearest

FOLDER: Final = "mappings/policies/"


@dataclass(frozen=True)
class Policies:
    """What staff decided beside maps. Where a file is not there, what is shipped is in force."""

    thresholds: tuple[thresholds.Threshold, ...] = field(default_factory=thresholds.shipped_thresholds)
    revisions: tuple[revisions.RevisionPolicy, ...] = ()
    deadlines: tuple[deadlines.Deadline, ...] = ()
    advances: tuple[advances.AdvancePolicy, ...] = ()

    @cached_property
    def limits(self) -> Mapping[tuple[str, str], Decimal]:
        """(rule, name) → the number in force."""
        return {(t.rule, t.name): t.value for t in self.thresholds}


FILES: Final = (thresholds.FILE, revisions.FILE, deadlines.FILE, advances.FILE)


def read_policies(files: Mapping[str, bytes]) -> Policies:
    """The policies in these files. Raises BadDefinition, also for a file here that no policy reads."""
    for path in sorted(files):
        if path.startswith(FOLDER) and path not in FILES:
            raise BadDefinition("No policy is read from this file.", file=path, nearest=nearest(path, FILES))
    return Policies(
        thresholds=thresholds.read_thresholds(files[thresholds.FILE], thresholds.FILE)
        if thresholds.FILE in files
        else thresholds.shipped_thresholds(),
        revisions=revisions.read_revisions(files[revisions.FILE], revisions.FILE) if revisions.FILE in files else (),
        deadlines=deadlines.read_deadlines(files[deadlines.FILE], deadlines.FILE) if deadlines.FILE in files else (),
        advances=advances.read_advances(files[advances.FILE], advances.FILE) if advances.FILE in files else (),
    )


def check_policies(policies: Policies) -> None:
    """Raise BadDefinition for what is read well row by row and yet is not whole."""
    thresholds.check_thresholds(policies.thresholds, thresholds.FILE)

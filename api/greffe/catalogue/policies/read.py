"""All policies of a catalogue, from the files that hold them: a new kind is a module here, a field and a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from greffe.catalogue.policies import thresholds
from greffe.errors import BadDefinition, nearest

FOLDER: Final = "mappings/policies/"


@dataclass(frozen=True)
class Policies:
    """What staff decided beside maps. A file that is not there decides nothing."""

    thresholds: tuple[thresholds.Threshold, ...] = ()


FILES: Final = (thresholds.FILE,)


def read_policies(files: Mapping[str, bytes]) -> Policies:
    """The policies in these files. Raises BadDefinition, also for a file here that no policy reads."""
    for path in sorted(files):
        if path.startswith(FOLDER) and path not in FILES:
            raise BadDefinition("No policy is read from this file.", file=path, nearest=nearest(path, FILES))
    return Policies(
        thresholds=thresholds.read_thresholds(files[thresholds.FILE], thresholds.FILE)
        if thresholds.FILE in files
        else (),
    )

"""What the rules found of a dataset, kept between preparations and looks at an effect (validation.kept). May be removed at
any time; what is missing is asked again.

    <dataflow>.answers    line 1: sha256 of the rest, of which another is never read; line 2: JSON, findings by name
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from greffe.model.findings import Finding
from greffe.release.job import Job, rules_version
from greffe.release.sources import Feed
from greffe.store.folders import file_checksum

MOST: Final = 400  # answers of a dataflow, some ten datasets; those asked for last are kept
MOST_BYTES: Final = 4_000_000  # of a dataflow

Plain = list[dict[str, object]]


@dataclass
class KeptAnswers:
    """The answers of one dataflow; `others` as `validation.kept.Answers` has them."""

    path: Path
    others: Mapping[str, str]
    rules: str
    _before: dict[str, Plain] = field(default_factory=dict)
    _now: dict[str, Plain] = field(default_factory=dict)
    _new: bool = False

    def found(self, name: str) -> tuple[Finding, ...] | None:
        """What the rules as they are found under that name."""
        plain = self._before.get(self._name(name))
        if plain is None:
            return None
        self._now[self._name(name)] = plain
        return tuple(Finding(**f) for f in plain)  # type: ignore[arg-type]  # as `as_json` wrote it: the checksum says so

    def keep(self, name: str, findings: tuple[Finding, ...]) -> None:
        """Keep what was found, for `write`."""
        self._now[self._name(name)] = [f.as_json() for f in findings]
        self._new = True

    def write(self) -> None:
        """Write them down, if there are new ones and there is room: whole or not at all."""
        if not self._new:
            return
        kept: dict[str, str] = {}
        size = 0
        for name, plain in (*self._now.items(), *self._before.items()):
            if name in kept:
                continue
            one = json.dumps(plain, ensure_ascii=False)
            size += len(one)
            if len(kept) == MOST or size > MOST_BYTES:
                break
            kept[name] = one
        body = "{" + ", ".join(f'"{name}": {one}' for name, one in kept.items()) + "}"
        digest = hashlib.sha256(body.encode()).hexdigest()
        work = self.path.with_suffix(f".{os.getpid()}.tmp")
        with suppress(OSError):  # no room to keep them: they are asked again
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                work.write_text(f"{digest}\n{body}", encoding="utf-8")
                work.replace(self.path)
            finally:
                work.unlink(missing_ok=True)

    def _name(self, name: str) -> str:
        return f"{self.rules[:16]}{name}"


def answers_of(job: Job, folder: Path, *, afresh: bool = False) -> KeptAnswers:
    """What is kept of a job's dataflow below `folder`. `afresh`: nothing of it is read, everything is asked again."""
    others = {f"population_{n}": _rows(feed) for n, feed in enumerate(job.inputs.populations)}
    if job.previous is not None:
        others[PREVIOUS] = file_checksum(job.previous)
    path = folder / f"{job.dataflow.reference.id}.answers"
    return KeptAnswers(path, others, rules_version(), {} if afresh else _read(path))


PREVIOUS: Final = "previous_release"


def _rows(feed: Feed) -> str:
    return "\n".join(f"{e.id} {e.checksum} {e.rows_checksum}" for e in feed.extracts)


def _read(path: Path) -> dict[str, Plain]:
    try:
        digest, _, body = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return {}
    if hashlib.sha256(body.encode()).hexdigest() != digest:
        return {}
    found: dict[str, Plain] = json.loads(body)
    return found

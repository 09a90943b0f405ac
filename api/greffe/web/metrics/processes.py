"""Processes of one machine that share a home: each has a number, and tells the others what it counted by a file.

The number is the smallest that no other holds (a lock that ends with its process), so a worker that comes anew takes the place of
the one that went, and Prometheus sees counters begin again, as it expects. Whoever scrapes gets all of them, whichever answers.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from greffe.errors import Refused
from greffe.release.lone import held, locked
from greffe.web.metrics.counts import Cell, Counts, Key

_MOST: Final = 256  # processes of a machine


@dataclass(frozen=True)
class Process:
    """What one of them counted."""

    in_flight: int
    lines_dropped: int
    cells: Mapping[Key, Cell]
    shed: Mapping[str, float] = field(default_factory=dict)


class Processes:
    """This process among those of the home on this machine."""

    def __init__(self, home: Path, counts: Counts) -> None:
        self._folder, self._counts, self.lines_dropped = _folder_of(home), counts, 0
        self._number, self._held = self._taken()

    @property
    def name(self) -> str:
        """Its number."""
        return str(self._number)

    def own(self) -> Process:
        """What this process counted until now."""
        flight = self._counts.begun - self._counts.ended
        return Process(flight, self.lines_dropped, self._counts.cells(), self._counts.shed())

    def tell(self) -> None:
        """Write it for the others. A full disk costs the others' sight of it, nothing else."""
        own = self.own()
        said = {
            "in_flight": own.in_flight,
            "dropped": own.lines_dropped,
            "cells": [[*k, *c] for k, c in own.cells.items()],
            "shed": dict(own.shed),
        }
        target = self._folder / f"{self._number}.json"
        with suppress(OSError):
            beside = target.with_suffix(".new")
            beside.write_text(json.dumps(said), "utf-8")
            beside.replace(target)

    def all(self) -> Mapping[str, Process]:
        """Number → what it counted: this one now, others as they last told."""
        found = {self.name: self.own()}
        for number in range(_MOST):
            lock = self._folder / f"{number}.lock"
            if not lock.exists():
                break
            if number != self._number and held(lock):
                with suppress(OSError, ValueError):
                    found[str(number)] = _read((self._folder / f"{number}.json").read_text("utf-8"))
        return found

    def close(self) -> None:
        """Give the number back."""
        (self._folder / f"{self._number}.json").unlink(missing_ok=True)
        self._held.close()

    def _taken(self) -> tuple[int, IO[str]]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for number in range(_MOST):
                file = locked(self._folder / f"{number}.lock", tries=1)
                if file is not None:
                    return number, file
        except OSError as error:
            raise Refused(f"It cannot be written: {os.strerror(error.errno or 0)}.", file=str(self._folder)) from error
        raise Refused(f"{_MOST} processes share this home already.")


def others_of(home: Path) -> bool:
    """Whether a process counts for that home on this machine. Nothing is made."""
    return any(held(lock) for lock in _folder_of(home).glob("*.lock"))


def _folder_of(home: Path) -> Path:
    return home / "run" / socket.gethostname()[:60]


def _read(text: str) -> Process:
    said = json.loads(text)
    rows: Iterable[list[str | float]] = said["cells"]
    cells: dict[Key, Cell] = {}
    for route, method, status, form, cache, *numbers in rows:
        cells[str(route), str(method), str(status), str(form), str(cache)] = [float(n) for n in numbers]
    return Process(int(said["in_flight"]), int(said["dropped"]), cells, said.get("shed", {}))

"""Drafts prepared beside the pages: one at a time for a house, says how far it is; the core's `make_draft` does it.

How far it is lies in a file of the dataflow, beside a lock that its process holds (as in verifying.py): every process of the
service shows the same, and what died with its process is seen to have ended without a draft.
"""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Final

from greffe.errors import GreffeError, Refused
from greffe.model.instants import written
from greffe.model.structures import Dataflow
from greffe.release.aside import aside
from greffe.release.lifecycle import dataflow_named, make_draft
from greffe.release.lone import held, locked
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.sources import choose_inputs
from greffe.store.base import Actor

_LOG: Final = logging.getLogger("greffe")
# What make_draft says on its way, in order.
STAGES: Final = (
    "reading the extracts", "validating the source", "mapping", "validating the result", "writing the draft", "comparing",
)  # fmt: skip
_PATIENCE: Final = 1.0  # seconds that whoever starts one waits for a quick one


@dataclass(frozen=True)
class Wanted:
    """What a draft is to be made of: its dataflow, the origin of its extracts ('' where there is one only), which of them
    (all when empty), and why, when it revises what is released."""

    flow: str
    origin: str = ""
    extracts: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Preparation:
    """The one of a dataflow that runs or ran last. `stage`: one of STAGES; `ended` is '' while it runs; then `draft` is its
    id, or `fault` says why there is none: where, what to try, and the nearest names."""

    flow: str
    who: str
    started: str
    stage: str = STAGES[0]
    ended: str = ""
    draft: str = ""
    fault: str = ""
    file: str = ""
    row: int | None = None
    column: str = ""
    hint: str = ""
    nearest: tuple[str, ...] = ()

    @property
    def error(self) -> GreffeError | None:
        """What stood in its way."""
        if not self.fault:
            return None
        return Refused(
            self.fault, file=self.file, row=self.row, column=self.column, hint=self.hint, nearest=self.nearest
        )


def start(parts: Parts, who: Actor, wanted: Wanted) -> None:
    """Begin to prepare a draft; wait a moment for its end. What can be known beforehand is said at once.

    Raises Denied unless an author does it, NotFound for a dataflow that no map leads to, Refused for extracts that are not
    there or of two origins, and while another draft is prepared."""
    needs(parts, who, "author")
    flow, catalogue = dataflow_named(parts, wanted.flow), parts.catalogue()
    choose_inputs(
        catalogue,
        catalogue.map_to(flow),
        parts.ledger().accepted,
        parts.extracts,
        wanted.origin,
        wanted.extracts,
    )
    _folder(parts).mkdir(parents=True, exist_ok=True)
    lock = locked(_folder(parts) / "lock")
    if lock is None:
        other = running(parts)
        name = f"{other.flow} ({other.who})" if other else "another one"
        raise Refused(f"A draft of {name} is being prepared.", hint="One at a time: wait for its end.")
    state = Preparation(flow.reference.id, who.name, written(parts.clock()))
    _tell(parts, state)
    aside(partial(_run, parts, who, flow, wanted, state, lock), "preparation").join(_PATIENCE)


def standing(parts: Parts, flow: str) -> tuple[Preparation | None, bool]:
    """The preparation of a dataflow that runs or ran last, None before the first one; and whether it runs. One that neither
    runs nor ended was cut off."""
    try:
        told = json.loads((_folder(parts) / f"{flow}.json").read_text("utf-8"))
        state = Preparation(**{**told, "nearest": tuple(told["nearest"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None, False
    return state, not state.ended and held(_folder(parts) / "lock")


def running(parts: Parts) -> Preparation | None:
    """The preparation that runs now, of whichever dataflow."""
    for file in sorted(_folder(parts).glob("*.json")):
        state, runs = standing(parts, file.stem)
        if runs:
            return state
    return None


def _run(parts: Parts, who: Actor, flow: Dataflow, wanted: Wanted, state: Preparation, lock: IO[str]) -> None:
    def progress(stage: str) -> None:
        _tell(parts, replace(state, stage=stage))

    with lock:  # closing it lets go
        try:
            draft = make_draft(
                parts, who, flow, progress, origin=wanted.origin, extracts=wanted.extracts, reason=wanted.reason
            )
            state = replace(state, draft=draft.id)
        except GreffeError as error:
            state = _failed(state, error)
        except Exception:  # whoever waits for it is told that it ended; the operator's log has why
            _LOG.exception("The draft of %s was not prepared", flow.reference.id)
            state = _failed(
                state, Refused("The service failed while it prepared this draft.", hint="The log says more.")
            )
        _tell(parts, replace(state, ended=written(parts.clock())))


def _failed(state: Preparation, error: GreffeError) -> Preparation:
    place = replace(state, file=error.file, row=error.row, column=error.column)
    return replace(place, fault=error.message, hint=error.hint, nearest=error.nearest)


def _folder(parts: Parts) -> Path:
    return parts.settings.home / "preparing"


def _tell(parts: Parts, state: Preparation) -> None:
    path = _folder(parts) / f"{state.flow}.json"
    half = path.with_suffix(".half")
    with suppress(OSError):  # no room to say how far it is: it goes on, and the register has its result
        half.write_text(json.dumps(asdict(state)), "utf-8")
        half.replace(path)

"""The questions foreseen of a delivery: worked out from its plan, and kept with it as they were when it was built."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from greffe.model.instants import paris_date
from greffe.model.transmissions import Transmission
from greffe.release.bridge import Comparison, comparison
from greffe.release.parts import Parts
from greffe.transmission import keeping
from greffe.transmission.foreseen import foreseen
from greffe.transmission.foreseen.gather import bridged, look_at
from greffe.transmission.foreseen.look import Foreseen, Look
from greffe.transmission.plan import Plan


def foreseen_of(parts: Parts, plan: Plan, compared: Callable[[], Comparison] | None = None) -> tuple[Foreseen, ...]:
    """What the recipient of a plan is likely to ask. `compared`: a comparison that is kept ready."""
    catalogue, step = parts.catalogue(), plan.deadline.every or 1
    looks: list[Look] = []
    for file in plan.files:
        book = file.round if file.row.questionnaire else None  # a file of observations names its cells FLOW/KEY/PERIOD
        years = _years(plan, catalogue.questionnaires[book.questionnaire.id].years if book else 1)
        for source in file.sources:
            if any(look.source == str(source.release) for look in looks):
                continue
            looks.append(look_at(parts, catalogue, source.release, years, step, book))
    flows = [look.flow for look in looks]
    years = sorted({y for look in looks for y in look.years})
    found = compared() if compared else comparison(parts)
    day = paris_date(parts.clock()).isoformat()
    told = bridged(found, plan.deadline.recipient, flows, years, day) if flows else ()
    return foreseen([*looks, Look(plan.delivery, plan.id, (), {}, (), bridged=told)])


def keep_foreseen(parts: Parts, found: Sequence[Foreseen]) -> str:
    """Keep them beside the files of a delivery, and give the checksum."""
    content = json.dumps({"questions": [f.as_json() for f in found]}, ensure_ascii=False, indent=1).encode()
    return keeping.keep(parts, [content])[0]


def kept_foreseen(parts: Parts, one: Transmission) -> bytes:
    """The JSON that was kept, '' for a delivery that was built before questions were foreseen."""
    return keeping.content(parts, one.foreseen) if one.foreseen else b""


def _years(plan: Plan, asked: int) -> list[int]:
    return list(range(plan.year - asked + 1, plan.year + 1))

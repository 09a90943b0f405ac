"""The answers that a delivery was built with, kept as a file beside it: what is said later changes nothing of it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from greffe.model.answers import Answer, Said
from greffe.release.parts import Parts
from greffe.store.answer_records import said_from, said_payload
from greffe.transmission import keeping


def keep_answers(parts: Parts, answers: Mapping[str, Answer]) -> str:
    """Keep them and give the checksum, '' when there are none."""
    if not answers:
        return ""
    told = {
        cell: said_payload(one.said)
        | {"who": one.who, "instant": one.instant, "carried": one.carried, "confirmed_by": one.confirmed_by}
        for cell, one in sorted(answers.items())
    }
    text = json.dumps({"answers": told}, ensure_ascii=False, sort_keys=True, indent=1)
    return keeping.keep(parts.settings, [text.encode()])[0]


def kept_answers(parts: Parts, sha256: str) -> dict[str, Said]:
    """What was kept, by the name of the cell. Raises Broken when it is gone or another one."""
    if not sha256:
        return {}
    found = json.loads(keeping.content(parts.settings, sha256))["answers"]
    return {cell: said_from(one["value"], one["missing"], one["words"]) for cell, one in found.items()}

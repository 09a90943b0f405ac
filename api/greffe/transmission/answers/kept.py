"""The answers that a delivery was built with, kept as a file beside it: what is said later changes nothing of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from greffe.model.answers import Answer, Said
from greffe.release.parts import Parts
from greffe.store.answer_records import said_from, said_payload
from greffe.transmission import keeping


def told(answers: Mapping[str, Answer]) -> bytes:
    """The file, b'' when there are none: the same answers, said by the same people, give the same bytes."""
    if not answers:
        return b""
    found = {
        cell: said_payload(one.said)
        | {"who": one.who, "instant": one.instant, "carried": one.carried, "confirmed_by": one.confirmed_by}
        for cell, one in sorted(answers.items())
    }
    return json.dumps({"answers": found}, ensure_ascii=False, sort_keys=True, indent=1).encode()


def checksum(answers: Mapping[str, Answer]) -> str:
    """Names the answers, '' when there are none."""
    content = told(answers)
    return hashlib.sha256(content).hexdigest() if content else ""


def keep_answers(parts: Parts, answers: Mapping[str, Answer]) -> str:
    """Keep them and give the checksum, '' when there are none."""
    content = told(answers)
    return keeping.keep(parts, [content])[0] if content else ""


def kept_answers(parts: Parts, sha256: str) -> dict[str, Said]:
    """What was kept, by the name of the cell. Raises Broken when it is gone or another one."""
    if not sha256:
        return {}
    found = json.loads(keeping.content(parts, sha256))["answers"]
    return {cell: said_from(one["value"], one["missing"], one["words"]) for cell, one in found.items()}

"""A check of ours for schemathesis: what the description calls valid is read; if it is refused, then for its meaning."""

from __future__ import annotations

import re

import schemathesis
from schemathesis import GenerationMode

# Parameters that are valid alone and may be refused beside others, or against the structure of the flow that is asked: how
# many slots a key has, which format has labels, whether what is sorted by is there. No pattern can say that.
TOGETHER = ("key", "formatVersion", "labels", "keys", "timeFormat", "updatedAfter", "sort")

NAMED = re.compile(rf"(?:parameter|paramètre) (?:{'|'.join(TOGETHER)})\s?:")  # in the language asked for


@schemathesis.check
def read_as_described(ctx, response, case):
    """400 to a valid question only where parameters do not go together, named."""
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE or response.status_code != 400:
        return
    if NAMED.search(response.text):
        return
    if "/explain/" in case.operation.path:  # a key and a period of that flow: the structure says which
        return
    raise AssertionError(f"described as valid, yet refused: {response.text[-400:]}")

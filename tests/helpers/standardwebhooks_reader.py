"""How a receiver checks a webhook, written from the text of Standard Webhooks 1.0, not from our code."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping


def verified(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the signatures is ours: HMAC-SHA256 over `id.timestamp.payload`, base 64, after `v1,`."""
    named = {k.lower(): v for k, v in headers.items()}
    signed = b".".join((named["webhook-id"].encode(), named["webhook-timestamp"].encode(), body))
    wanted = b64encode(hmac.new(b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()).decode()
    given = [s.partition(",") for s in named["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(told, wanted) for version, _, told in given)

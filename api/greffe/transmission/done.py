"""What a pass over deliveries tells of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """What was done, or could not be, of one delivery. `failed`: somebody is to look."""

    id: str
    what: str
    said: str
    failed: bool = False

    def as_json(self) -> dict[str, object]:
        """As plain values."""
        return {"transmission": self.id, "what": self.what, "said": self.said, "failed": self.failed}

"""The state of a register, kept up to date. One for all threads of a process."""

from __future__ import annotations

import threading
from datetime import datetime

from greffe.store.base import Register
from greffe.store.folding import extended
from greffe.store.ledger import Ledger


class LedgerReader:
    """The ledger of a register, kept up to date by reading only what is new."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._lock = threading.Lock()
        self.ledger = Ledger()
        self.readings = 0  # how often the register was reached
        self.read_at: datetime | None = None  # when the register was last reached (D6: 503 when too long ago)

    def refresh(self, now: datetime | None = None) -> Ledger:
        """Poll the head, fold what is new, and give the ledger. `now` is noted in `read_at`."""
        with self._lock:
            if self._register.head() != self.ledger.head:
                self.ledger = extended(self.ledger, self._register.read(after=self.ledger.head))
            self.readings += 1
            if now is not None:
                self.read_at = now
            return self.ledger

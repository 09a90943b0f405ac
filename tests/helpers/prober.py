"""A reader who asks the same all the time, while something is done to the service."""

from __future__ import annotations

import threading
import time

import httpx


class Prober(threading.Thread):
    """Asks all the time, on one connection or on a new one each time: what was answered, and what failed."""

    def __init__(self, base: str, path: str, over: threading.Event, *, kept: bool = True) -> None:
        super().__init__()
        self.answers: list[tuple[int, str]] = []
        self.failed: list[str] = []
        self._base, self._path, self._over, self._kept = base, path, over, kept

    def run(self) -> None:
        with httpx.Client(timeout=30, base_url=self._base) as client:
            while not self._over.is_set():
                try:
                    answer = client.get(self._path, headers={} if self._kept else {"Connection": "close"})
                    self.answers.append((answer.status_code, answer.text))
                except httpx.HTTPError as error:
                    self.failed.append(repr(error))
                time.sleep(0.03)

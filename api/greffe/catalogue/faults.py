"""What is wrong is gathered, so that a set of files is told all of it in one go and not fault after fault."""

from __future__ import annotations

from types import TracebackType

from greffe.errors import BadDefinition


class Faults:
    """`with faults:` keeps the BadDefinition that a check raises, with all that it brings, each once and in their order."""

    def __init__(self) -> None:
        self._found: dict[str, BadDefinition] = {}

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, BadDefinition):
            return False
        for one in (error, *error.others):
            self._found.setdefault(one.alone(), one)
        return True

    def __len__(self) -> int:
        return len(self._found)

    def refuse(self) -> None:
        """Raise the first with the others, when there is any."""
        if self._found:
            first, *others = self._found.values()
            first.others = tuple(others)
            raise first

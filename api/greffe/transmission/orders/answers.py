"""How a saved query is answered: handed in by the composition root, for the answer itself is a matter of the web."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from greffe.model.references import Reference
from greffe.release.parts import Parts


@dataclass(frozen=True)
class Answer:
    """What anybody gets who asks: of which dataflow and release ('' when nothing is released yet), its name and type, and its
    bytes in pieces; `empty`: nothing matches."""

    dataflow: Reference
    release: str
    name: str
    media_type: str
    pieces: Iterator[bytes]
    empty: bool = False


# The address of a data query of SDMX REST, without the host → its answer now. Raises what a query raises, with the parameter and the
# nearest; BadQuery for one of several dataflows, or of another moment than now.
Answers: TypeAlias = Callable[[Parts, str], Answer]

"""A file that somebody looks at before it is taken: it lies on their desk, where nobody else sees it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from greffe.errors import NotFound
from greffe.release.parts import Parts
from greffe.web.pages.visitors import Visitor

_NAME = 200  # characters that are kept of a name


@dataclass(frozen=True)
class LaidFile:
    """One place of somebody's desk, with one file or none."""

    parts: Parts
    visitor: Visitor
    place: str

    def put(self, name: str, body: bytes, about: str = "") -> None:
        """Lay it down, in place of one that lies there. `about`: what was said with it."""
        said = {"name": name[:_NAME], "body": base64.b64encode(body).decode(), "about": about}
        self.parts.desk.put(self.visitor.name, self.place, {"file": json.dumps(said)}, self.parts.clock())

    def held(self) -> tuple[str, bytes, str] | None:
        """Name, bytes, and what was said with it; None when none lies there."""
        found = self.parts.desk.on(self.visitor.name, self.place)
        if not found:
            return None
        said = json.loads(found[0].text)
        return str(said["name"]), base64.b64decode(said["body"]), str(said.get("about", ""))

    def taken(self) -> tuple[str, bytes, str]:
        """As `held`. Raises NotFound when none lies there."""
        found = self.held()
        if found is None:
            raise NotFound("There is no workbook to take.", hint="Bring it in again.")
        return found

    def clear(self) -> None:
        """Take it away."""
        self.parts.desk.clear(self.visitor.name, self.place)

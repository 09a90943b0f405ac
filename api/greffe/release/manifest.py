"""What a release keeps of how it was made, read back from its manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping

from greffe.errors import Broken
from greffe.model.findings import Finding
from greffe.model.releases import Release
from greffe.release.parts import Parts


def made_from(parts: Parts, release: Release) -> Mapping[str, object]:
    """The manifest that was handed to the store at release (`lifecycle`). Raises Broken when it has none."""
    document = json.loads(parts.observations.file(release.name, "manifest.json").read_bytes())
    found = document.get("manifest") if isinstance(document, dict) else None
    if not isinstance(found, dict):
        raise Broken(f"The manifest of {release} does not say what it was made from.")
    return found


def table(manifest: Mapping[str, object], name: str) -> Mapping[str, str]:
    """A mapping of text in it; empty when it is not there."""
    found = manifest.get(name)
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def findings(manifest: Mapping[str, object]) -> tuple[Finding, ...]:
    """The findings that the release was approved with."""
    found = manifest.get("findings")
    return tuple(Finding(**f) for f in found if isinstance(f, dict)) if isinstance(found, list) else ()


def waivers(manifest: Mapping[str, object]) -> tuple[Mapping[str, object], ...]:
    """The waivers that travel with it."""
    found = manifest.get("waivers")
    return tuple(w for w in found if isinstance(w, dict)) if isinstance(found, list) else ()

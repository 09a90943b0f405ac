"""Templates of routes for what never gets to its route: a request that is turned away is told by what it asked for."""

from __future__ import annotations

import re
from collections.abc import Collection

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path
from starlette.types import Scope

from greffe.web.rest.entry import FAMILIES, template


class Templates:
    """Of one application, whose routes are looked at when the first request is turned away: all are there then."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._routes: list[tuple[re.Pattern[str], Collection[str], str]] = []

    def __call__(self, scope: Scope) -> str:
        """That of the route which would answer, or of the one that would refuse the method; '' where there is none."""
        path = scope["path"]
        for api in FAMILIES:
            if path.startswith(f"/sdmx/{api}/"):
                return template(api, path)
        if not self._routes:
            self._routes = [
                (compile_path(one.path)[0], one.methods or (), one.path)
                for one in iter_route_contexts(self._app.routes)
                if one.path
            ]
        found = ""
        for pattern, methods, named in self._routes:
            if pattern.match(path):
                if not methods or scope["method"] in methods:
                    return named
                found = found or named
        return found

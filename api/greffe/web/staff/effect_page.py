"""The page of an effect: what is known of it within a second, and the rest as it is worked out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial

from fastapi import Request
from starlette.responses import Response

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadDefinition, GreffeError, Refused
from greffe.model.findings import Finding
from greffe.model.structures import Dataflow
from greffe.release.datasets import Dataset
from greffe.release.parts import Parts
from greffe.release.shared import shared
from greffe.release.trials import Trial, Trials, Work
from greffe.web.pages.labels import Labels
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Visitor

SHOWN = 25  # changes beside a decision


def _figure(catalogue: Catalogue, lang: str, dataset: Dataset, finding: Finding) -> str:
    """The series of a finding in words, '' where its dataflow is gone."""
    try:
        structure = catalogue.structure(catalogue.get(Dataflow, dataset.dataflow))
    except GreffeError:
        return ""
    return Labels(catalogue, structure, lang).key(finding.key)


class EffectPage:
    """Shows effects of a house; all its routers have the same ones under way."""

    def __init__(self, parts: Parts, pages: Pages) -> None:
        self._parts, self._pages, self._trials = parts, pages, shared(parts, Trials)

    def shown(
        self,
        request: Request,
        visitor: Visitor,
        key: tuple[Hashable, ...],
        work: Work,
        values: Mapping[str, object],
        since: float,
    ) -> Response:
        """The page; what does not hold together has no effect, and its faults are told instead. `key` names what is tried, on
        what: with the state of the register it is this effect and no other. `since`: when the question came (time.monotonic)."""
        trial: Trial | None = None
        faults: tuple[GreffeError, ...] = ()
        try:
            trial = self._trials.asked((self._parts.acting().state(), *key), work, since)
        except (BadDefinition, Refused) as error:
            faults = (error, *getattr(error, "others", ()))
        told = {
            "most": SHOWN,
            "decisions": {},
            "effect": trial.effect if trial else None,
            "trial": trial,
            "faults": faults,
            "figure": partial(_figure, self._parts.acting().catalogue(), visitor.lang),
        }
        return self._pages.show(request, visitor, "staff/effect.html", {**told, **values})

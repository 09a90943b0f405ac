"""The pages of findings: those of a dataset in groups, opened one by one with their series; one with its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlencode

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from greffe.errors import GreffeError, NotFound
from greffe.model.findings import ERROR, WARNING, Finding, open_errors
from greffe.model.structures import Dataflow
from greffe.release.found import BY, OTHER, SEVERITIES, Found, Narrowed, groups, narrowed
from greffe.release.found_series import Series, named_codes, series_of
from greffe.release.lifecycle import rules_not_accepted
from greffe.release.parts import Parts
from greffe.release.people import approvers
from greffe.release.waivers import may_be_asked, unwaivable
from greffe.store.ledger import Ledger
from greffe.store.records import DraftRecord, Waiver
from greffe.validation.listing import Line, listed
from greffe.web.pages.blanks import colon
from greffe.web.pages.forms import Form
from greffe.web.pages.marked import LARGE, SMALL, Paper, marked
from greffe.web.pages.render import Pages, number
from greffe.web.pages.visitors import Visitor
from greffe.web.strict import one_of, page_number

PER_PAGE: Final = 50
DONE: Final = ("accept", "return", "sign", "waive")
NARROWING: Final = ("rule", "cause", "period", "severity", "text")
Code = tuple[str, str, Mapping[str, str]]  # dimension, code, its names


@dataclass(frozen=True)
class Shown:
    """A finding as a line of a page."""

    number: int  # in the dataset, from 1
    finding: Finding
    cause: str
    codes: Sequence[Code]
    plot: Markup


def address_of(name: object, *more: object) -> str:
    """The address of a dataset's findings, or of one of them."""
    return "/".join(("/staff/findings", quote(str(name), safe=""), *map(str, more)))


def dataset_page(
    parts: Parts,
    request: Request,
    visitor: Visitor,
    whole: Found,
    fault: GreffeError | None = None,
    form: Form | None = None,
) -> Response:
    """The findings of a dataset in groups; opened to one by one where something is asked. With a fault, what was typed
    stands in its fields."""
    asked = asked_of(request, form)
    places = narrowed(whole, asked)
    by = request.query_params.get("by", "") or BY[0]
    shown, page, pages = _page(request, places if asked.any else ())
    common = _common(whole, places) if asked.any else {}
    values = {
        **_told(parts.acting(), whole), "asked": asked, "by": by, "groups": groups(whole, places, by), "count": len(places),
        "found": _shown(parts, visitor, whole, shown, common), "common": _codes(parts, whole, common),
        "page": page, "pages": pages, "ways": BY, "severities": SEVERITIES,
        "rules": _rules(parts, whole), "periods": sorted({f.period for f in whole.findings} - {""}, reverse=True),
        "fault": fault, "form": form or Form(), "done": one_of(request, "done", DONE), "other": OTHER,
    }  # fmt: skip
    return Pages(parts).show(request, visitor, "staff/found.html", values, fault.http if fault else 200)


def finding_page(
    parts: Parts,
    request: Request,
    visitor: Visitor,
    whole: Found,
    place: str,
    fault: GreffeError | None = None,
    form: Form | None = None,
) -> Response:
    """One finding: what the rule says, its series, the rows it was found in, what else has the same cause."""
    if not place.isdecimal() or not 0 < int(place[:9]) <= len(whole.findings):
        raise NotFound(f"{whole.dataset.name} has no finding {place}.", hint=f"It has {len(whole.findings)}.")
    n = int(place) - 1
    one, cause = whole.findings[n], whole.causes[n]
    series = series_of(parts, whole.dataset, [one])[0]
    same = [m for m, c in enumerate(whole.causes) if c == cause and whole.findings[m].period == one.period and m != n]
    values = {
        **_told(parts.acting(), whole), "one": _line(parts, visitor, whole, n, series, LARGE), "series": series,
        "rule": _rules(parts, whole).get(one.rule, ()), "same": len(same), "trace": _traced(parts, whole, one),
        "fault": fault, "form": form or Form(), "done": one_of(request, "done", DONE), "other": OTHER,
        "waivable": may_be_asked(parts.acting().catalogue(), one.rule),
    }  # fmt: skip
    return Pages(parts).show(request, visitor, "staff/finding.html", values, fault.http if fault else 200)


def _traced(parts: Parts, whole: Found, one: Finding) -> str:
    """Where a published figure of the finding is traced down to its rows; '' of internal rows and of drafts."""
    catalogue = parts.catalogue(whole.dataset.catalogue_checksum)
    order = catalogue.structure(catalogue.get(Dataflow, whole.dataset.dataflow)).dimension_ids
    if whole.is_draft or not one.period or set(one.key) != set(order):
        return ""
    number_ = whole.dataset.name.rpartition("#")[2]
    query = urlencode({"key": ".".join(one.key[d] for d in order), "period": one.period, "release": number_})
    return f"/staff/trace/{whole.dataset.dataflow.id}?{query}"


def _told(parts: Parts, whole: Found) -> dict[str, object]:
    """What both pages say of the dataset, its signatures and its waivers."""
    ledger, name, catalogue = parts.ledger(), whole.dataset.name, parts.catalogue()
    release = None if whole.is_draft else ledger.release(name)
    record: DraftRecord | None = ledger.drafts.get(release.draft if release else name)
    open_ = sum(f.severity == ERROR and not f.waiver for f in whole.findings)
    counts = {s: sum(f.severity == s for f in whole.findings) for s in SEVERITIES}
    accepted = ledger.accepted_warnings(record.id, record.checksum) if record else ()
    return {
        "whole": whole, "name": name, "record": record, "release": release, "counts": counts, "open": open_,
        "flow": parts.catalogue(whole.dataset.catalogue_checksum).get(Dataflow, whole.dataset.dataflow),
        "accepted": accepted, "not_accepted": _not_accepted(parts, whole, record),
        "signed": approvers(parts, record.id, record.checksum) if record else (),
        "fixed": unwaivable(catalogue, whole.findings),
        "waivable": any(may_be_asked(catalogue, f.rule) for f in open_errors(whole.findings)),
        "back": ledger.returned.get(name), "waivers": _waivers(ledger, whole), "there": address_of,
    }  # fmt: skip


def _not_accepted(parts: Parts, whole: Found, record: DraftRecord | None) -> tuple[str, ...]:
    if record is None or not whole.is_draft:
        return ()
    warning = tuple(f for f in whole.findings if f.severity == WARNING)
    return rules_not_accepted(parts, record.id, record.checksum, warning)


def _waivers(ledger: Ledger, whole: Found) -> list[Waiver]:
    """Waivers of the dataflow that are asked for and not yet in force, and those that cover something here."""
    used = {f.waiver for f in whole.findings}
    mine = [w for w in ledger.waivers.values() if w.dataflow == whole.dataset.dataflow]
    return [w for w in mine if w.id in used or (whole.is_draft and not w.in_force)]


def _rules(parts: Parts, whole: Found) -> dict[str, tuple[Line, ...]]:
    """What the list of rules says of those that found something here; one id may have several sentences."""
    wanted = {f.rule for f in whole.findings}
    told: dict[str, tuple[Line, ...]] = {}
    for line in listed(parts.catalogue().policies.limits):
        if line.id in wanted:
            told[line.id] = (*told.get(line.id, ()), line)
    return told


def asked_of(request: Request, form: Form | None = None) -> Narrowed:
    """What the address narrows to; of a posted form the rule that it is about."""
    if form is not None:
        return Narrowed(rule=form.text("rule")) if form.text("rule") else Narrowed()
    return Narrowed(*(request.query_params.get(n, "").strip() for n in NARROWING))


def _page(request: Request, places: Sequence[int]) -> tuple[Sequence[int], int, int]:
    asked = page_number(request.query_params.get("page", "1"))
    pages = max(1, -(-len(places) // PER_PAGE))
    page = min(asked, pages)
    return places[(page - 1) * PER_PAGE : page * PER_PAGE], page, pages


def _common(whole: Found, places: Sequence[int]) -> Mapping[str, str]:
    """Codes that the figures of all these findings have: said once."""
    if len(places) < 2:
        return {}
    keys = [whole.findings[n].key for n in places]
    return {d: c for d, c in keys[0].items() if all(key.get(d) == c for key in keys)}


def _codes(parts: Parts, whole: Found, key: Mapping[str, str]) -> Sequence[Code]:
    return named_codes(parts.catalogue(whole.dataset.catalogue_checksum), whole.dataset, key)


def _shown(
    parts: Parts, visitor: Visitor, whole: Found, places: Sequence[int], common: Mapping[str, str]
) -> list[Shown]:
    series = series_of(parts, whole.dataset, [whole.findings[n] for n in places]) if places else []
    return [_line(parts, visitor, whole, n, mine, SMALL, common) for n, mine in zip(places, series, strict=True)]


def _line(
    parts: Parts,
    visitor: Visitor,
    whole: Found,
    n: int,
    series: Series,
    paper: Paper,
    common: Mapping[str, str] = MappingProxyType({}),
) -> Shown:
    one = whole.findings[n]

    def write(value: Decimal) -> str:
        return number(value, visitor.lang)

    label = f"{one.rule}, {one.period}{colon(visitor.lang)} {one.messages.get(visitor.lang, '')}"
    values = [(p.period, p.value) for p in series]
    plot = marked(values, {one.period}, label, write, paper) if len(series) > 1 else Markup("")
    own = {d: c for d, c in one.key.items() if d not in common}
    return Shown(n + 1, one, whole.causes[n], _codes(parts, whole, own), plot)

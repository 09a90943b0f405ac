"""What a reviewer does: decide, undo, in bulk too; see what it changes; hand in what is pending as a proposal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.representation_dump import cells_of
from greffe.errors import BadQuery, nearest
from greffe.release.parts import Parts
from greffe.release.review.accepting import Best, accepted, best_of_each
from greffe.release.review.admitting import Saying
from greffe.release.review.bulk import Split, chosen, split, without_target
from greffe.release.review.letting_in import SAID, let_in
from greffe.release.review.notes import ASKED, SETTLED, note
from greffe.release.review.outside import claimed, outside
from greffe.release.review.pending import decide, question, undo
from greffe.release.review.queue import Queue, Waiting, queue
from greffe.release.review.sharing import as_decided, parts_beside, plain_kind, rows_now
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.review import NAMED, Asking, line_of, review_page
from greffe.web.staff.tables import HOUSE_STAFF, VIEW, View, catalogue_of, review_at, table_at

ACTIONS = ("accept", "admit", "best", "change", "none", "undo", "undo-last")
NOTES = {"note": "", "flag": ASKED, "settle": SETTLED}
MARKS = ("text", "asked", "bulk", "decided", "replace", "admit", "outside", "answered", "take")
AXES = tuple(f"axis:{axis}" for axis in SAID)  # what a target counts, where its map does not say it yet
CELLS = ("kind", "confidence", "reason", "reference", "valid_from", "valid_to")


def router(parts: Parts) -> APIRouter:
    """The route POST /staff/mappings/RECIPIENT/TABLE/decide."""
    routes = APIRouter(dependencies=HOUSE_STAFF)

    @routes.post("/staff/mappings/{folder}/{name}/decide", include_in_schema=False)
    async def decide_(request: Request, folder: str, name: str, visitor: Staff) -> Response:
        table = table_at(parts.catalogue(), folder, name)
        columns = (*(f"source:{c}" for c in table.sources), *(f"target:{c}" for c in table.targets))
        form = await posted(
            request, visitor, "action", "targets", "pick", "top", *MARKS, *AXES, *VIEW, *CELLS, *columns
        )
        view = View.read(*(form.text(n) for n in VIEW))
        try:
            done = await run_in_threadpool(_done, parts, visitor, (folder, name), view, form)
        except BadQuery as fault:
            typed = {name: form.text(name) for name in (*CELLS, *columns, *AXES, "top", "action", "targets", "text")}
            return await run_in_threadpool(review_page, parts, request, visitor, (folder, name), view, fault, typed)
        if not isinstance(done, dict):
            typed = {name: form.text(name) for name in ("kind", "reason", "top")}
            return await run_in_threadpool(
                review_page, parts, request, visitor, (folder, name), view, None, typed, done
            )
        return see_other(review_at(table, _next(parts, visitor, (folder, name), view, form), "item", **done))

    return routes


def _done(
    parts: Parts, visitor: Visitor, place: tuple[str, str], view: View, form: Form
) -> dict[str, str] | Split | Asking:
    """Do it; tells how: `done`: `kept-3`, `undone-1`; `left`: how many were left as they are, and the first of them; `settled`: how
    many because they are decided. Decisions that it would replace, and what candidates ask first, are asked about first."""
    acting, catalogue = catalogue_of(parts)
    table = table_at(catalogue, *place)
    action = form.text("action")
    if action not in (*ACTIONS, *NOTES):
        raise BadQuery(f"{action!r} is not done here.", parameter="action", nearest=nearest(action, (*ACTIONS, *NOTES)))
    who = visitor.actor
    if action == "undo-last":
        return {"done": f"undone-{undo(acting, who, table)}"}
    found = queue(acting, who, catalogue, table)
    if action in NOTES:
        line = line_of(found, view.item)
        asked = tuple(n for n in form.all("asked") if n) if action == "flag" else ()
        note(acting, who, table, question(table, line.values), form.text("text"), NOTES[action], asked)
        return {"done": "noted-1"}
    bulk = bool(form.text("bulk"))
    named, sure = form.all("pick"), form.all("replace")
    items = (*named, *sure) if bulk else (view.item,)
    lines = chosen(catalogue, found, [i for i in items if i], form.text("top") if bulk else "")
    if action == "undo":
        return {"done": f"undone-{undo(acting, who, table, [line.item for line in lines])}"}
    parted = split(lines, (*named, *sure), bool(form.text("decided"))) if bulk else Split(lines, (), ())
    if bulk and action == "none" and not {w.item for w in parted.replaced} <= set(sure):
        return parted
    lines = parted.taken
    if action == "best":
        best = best_of_each(catalogue, found, lines)
        if best.open and not form.text("answered"):
            return Asking(tuple(line.item for line in lines), best)
        done = _best_kept(acting, visitor, catalogue, found, best, form)
        return done | ({"settled": _listed([w.item for w in parted.left])} if parted.left else {})
    wanted = {w.item: _cells(found, form, action, w.item) for w in lines}
    types: dict[str, Sequence[Saying]] = {}
    claim = bool(form.text("outside"))
    for line in lines:
        cells = wanted[line.item]
        if form.text("admit"):
            said = {axis: form.text(f"axis:{axis}") for axis in SAID}
            types[line.item], wanted[line.item] = let_in(catalogue, found, line, cells, said, claim)
        else:
            wanted[line.item] = _claimed(catalogue, found, line, cells, form, claim)
    done = _kept(acting, visitor, catalogue, found, wanted, types)
    return done | ({"settled": _listed([w.item for w in parted.left])} if parted.left else {})


def _best_kept(
    acting: Parts, visitor: Visitor, catalogue: Catalogue, found: Queue, best: Best, form: Form
) -> dict[str, str]:
    """Keep what asks nothing, and what was ticked of the rest, with the answers."""
    wanted, types = dict(best.wanted), dict[str, Sequence[Saying]]()
    claim, reason = bool(form.text("outside")), form.text("reason").strip()
    for one in best.open:
        if one.line.item not in form.all("take"):
            continue
        cells = {**one.cells, **({"reason": reason} if reason else {})}
        if one.outside and not reason:
            raise BadQuery(f"{one.line.item}: a decision says why.", parameter="reason")
        if one.admission is None:
            wanted[one.line.item] = claimed(one.outside, cells, claim)
            continue
        asked = (*one.admission.open, *one.admission.kinds)
        said = {axis: form.text(f"axis:{axis}") for axis in asked}
        types[one.line.item], wanted[one.line.item] = let_in(catalogue, found, one.line, cells, said, claim)
    if not wanted:
        raise BadQuery("Nothing is chosen.", parameter="item", hint="Tick rows, or decide on them one by one.")
    left = [item for item in best.left if item not in wanted]
    done = _kept(acting, visitor, catalogue, found, wanted, types)
    return done | ({"left": _listed(left)} if left else {})


def _claimed(
    catalogue: Catalogue, found: Queue, line: Waiting, cells: Mapping[str, str], form: Form, claim: bool
) -> Mapping[str, str]:
    """The cells, with the claim that a target which a constraint does not allow is taken all the same. Raises BadQuery without
    that claim, or where nobody wrote a reason for it."""
    targets = tuple(cells.get(f"target:{c}", "") for c in found.table.targets)
    left_out = outside(catalogue, found.table, targets)
    if left_out and claim and not form.text("reason"):
        raise BadQuery(f"{line.item}: a decision says why.", parameter="reason")
    return claimed(left_out, cells, claim)


def _listed(items: Sequence[str]) -> str:
    return "\n".join((str(len(items)), *items[:NAMED]))


def _next(parts: Parts, visitor: Visitor, place: tuple[str, str], view: View, form: Form) -> View:
    """Where its author goes on: at the code that was decided; when it is no longer of the part of the queue that is looked at, at
    the one that stood behind it."""
    if (
        form.text("action") in ("undo", "undo-last", *NOTES)
        or form.text("bulk")
        or not view.item
        or not (view.show or view.q)
    ):
        return view
    acting, catalogue = catalogue_of(parts)
    found = queue(acting, visitor.actor, catalogue, table_at(catalogue, *place))
    now = found.chosen(view.show, view.q)
    if not now or any(line.item == view.item for line in now):
        return view
    order = {line.item: n for n, line in enumerate(found.lines)}
    behind = [line for line in now if order[line.item] > order.get(view.item, -1)]
    return replace(view, item=(behind or now)[0].item, page=0)


def _kept(
    parts: Parts,
    visitor: Visitor,
    catalogue: Catalogue,
    found: Queue,
    wanted: Mapping[str, Mapping[str, str]],
    types: Mapping[str, Sequence[Saying]] | None = None,
) -> dict[str, str]:
    """Keep decisions, and what they make of rows that are exact and share a target from now on: `beside` names these."""
    others, because = parts_beside(found, wanted)
    decide(parts, visitor.actor, catalogue, found.table, {**wanted, **others}, types, because)
    done = {"done": f"kept-{len(wanted)}"}
    return {**done, "beside": _listed(list(others))} if others else done


def _cells(found: Queue, form: Form, action: str, item: str) -> Mapping[str, str]:
    """The cells that a form asks for a line."""
    line = found.line(item)
    if line is None:
        raise BadQuery(f"There is no row {item!r}.", parameter="item")
    said = {c: form.text(c) for c in CELLS if c in form.values}
    if action == "accept":
        typed = {c: text for c, text in said.items() if text.strip()}
        return {**accepted(found, line, _targets(found, form.text("targets"))), **typed}
    if action == "admit":
        if line.pending is None:
            raise BadQuery(f"Nothing is pending on {item}.", parameter="item")
        now = cells_of(found.table, line.pending.row)
        return {name: now[name] for name in now if name.partition(":")[0] in ("target", *CELLS)}
    if action == "none":
        return without_target(found, line, said.get("kind", ""), said.get("reason", ""))
    sources = {f"source:{c}": form.text(f"source:{c}") for c in found.table.sources if f"source:{c}" in form.values}
    targets = {f"target:{c}": form.text(f"target:{c}") for c in found.table.targets}
    cells = {**line.validity(), **targets, **said, **sources}
    return {**cells, "kind": cells.get("kind") or plain_kind(as_decided(found, line, cells), rows_now(found))}


def _targets(found: Queue, text: str) -> list[str]:
    """The targets of a candidate, as its button says them."""
    try:
        targets = json.loads(text)
    except ValueError:
        targets = None
    if not isinstance(targets, list) or len(targets) != len(found.table.targets):
        raise BadQuery("It names no candidate.", parameter="targets")
    return [str(one) for one in targets]

"""People and their roles; an administrator enters them, changes roles, invites, closes accounts."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError, Refused
from greffe.model.keys import PREFIX
from greffe.release.access.accounts import INVITED_FOR, close_account, invite
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, OF_A_BODY, ROLES, add_person, bodies_known, may_add, may_set, set_roles
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor, for_roles
from greffe.web.staff.words_of import role_names
from greffe.web.strict import one_of, only

FIELDS: Final = ("act", "name", "roles", "sure")  # `sure`: yes, once what the roles may do was shown
DONE: Final = ("add", "roles", "close")


def router(parts: Parts) -> APIRouter:
    """The route /staff/people: everybody's names and roles for auditors and administrators."""
    parts = parts.acting()
    routes, pages = APIRouter(), Pages(parts)
    seen_by = for_roles("auditor")

    @routes.get(
        "/staff/people", include_in_schema=False, dependencies=[Depends(seen_by), Depends(only("done", "name", "lang"))]
    )
    def people(request: Request, visitor: Staff) -> Response:
        one_of(request, "done", DONE)
        return _page(parts, pages, request, visitor, None, "", "")

    @routes.post("/staff/people", include_in_schema=False)
    async def change(request: Request, visitor: Staff) -> Response:
        form = await posted(request, visitor, *FIELDS)
        links: list[str] = []
        given = _given(parts, form)
        if given and form.text("sure") != "yes":
            fault = await tried(parts, request, visitor, lambda: _may(parts, visitor, form))
            if fault is None:
                return await run_in_threadpool(_sure, parts, pages, request, visitor, form, given)
            return await run_in_threadpool(_page, parts, pages, request, visitor, fault, form.text("name"), "")
        fault = await tried(parts, request, visitor, lambda: _act(parts, visitor, form, links))
        if fault is None and not links:
            return see_other("/staff/people", done=form.text("act"), name=form.text("name"))
        link = links[0] if links else ""
        return await run_in_threadpool(_page, parts, pages, request, visitor, fault, form.text("name"), link)

    return routes


def _given(parts: Parts, form: Form) -> tuple[str, ...]:
    """Roles that a form would give and that the person has not yet."""
    held = parts.ledger().people.get(form.text("name"), ())
    return tuple(r for r in form.all("roles") if r not in held) if form.text("act") in ("add", "roles") else ()


def _may(parts: Parts, visitor: Visitor, form: Form) -> None:
    """Raises what stands in the way, before anybody is asked whether they are sure."""
    name, roles = form.text("name"), form.all("roles")
    if form.text("act") == "roles":
        may_set(parts, visitor.actor, name, roles)
    elif name in may_add(parts, visitor.actor, name, roles):
        raise Refused(f"{name} is in the table already.", parameter="name", hint="Change their roles there.")


def _sure(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, form: Form, given: tuple[str, ...]
) -> Response:
    """What the roles may do, before they are given."""
    name, roles = form.text("name"), form.all("roles")
    held = parts.ledger().people.get(name, ())
    values = {
        "name": name, "act": form.text("act"), "roles": roles,
        "given": [(role_names([r], visitor.lang)[0], *r.partition(":")[::2]) for r in given],
        "taken": role_names([r for r in held if r not in roles], visitor.lang) if form.text("act") == "roles" else [],
    }  # fmt: skip
    return pages.show(request, visitor, "staff/people_sure.html", values)


def _act(parts: Parts, visitor: Visitor, form: Form, links: list[str]) -> None:
    act, name, roles, who = form.text("act"), form.text("name"), form.all("roles"), visitor.actor
    if act == "add":
        if name in parts.ledger().people:
            raise Refused(f"{name} is in the table already.", parameter="name", hint="Change their roles there.")
        if name and not roles:
            raise BadQuery("No role is chosen.", parameter="roles")
        add_person(parts, who, name, roles)
    elif act == "roles":
        set_roles(parts, who, name, roles)
    elif act == "invite":
        links.append(f"{parts.settings.public_url}/invitation/{invite(parts, who, name)}")
    elif act == "close":
        close_account(parts, who, name)
    else:
        raise BadQuery(f"{act!r} is no act.", parameter="act")


def _page(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, fault: GreffeError | None, name: str, link: str
) -> Response:
    ledger_people = parts.ledger().people
    done = request.query_params.get("done", "") if request.query_params.get("name", "") in ledger_people else ""
    of = request.query_params.get("name", "")
    known = {n: r for n, r in ledger_people.items() if not n.startswith(PREFIX)}
    choices = [r for r in ROLES if r not in OF_A_BODY]
    choices += [f"{role}:{body}" for role in OF_A_BODY for body in bodies_known(parts, role)]
    values = {
        "people": [(n, r, bool(parts.access.password(n))) for n, r in sorted(known.items())],
        "itself": HOUSE.name,
        "choices": [(c, role_names([c], visitor.lang)[0]) for c in choices], "words": lambda r: role_names(r, visitor.lang),
        "fault": fault, "name": name, "link": link, "hours": int(INVITED_FOR.total_seconds() // 3600),
        "changes": visitor.may("administrator"), "done": "" if fault or link else done, "of": of,
        "of_roles": ", ".join(role_names(ledger_people.get(of, ()), visitor.lang)) or "–",
    }  # fmt: skip
    return pages.show(request, visitor, "staff/people.html", values, fault.http if fault else 200)

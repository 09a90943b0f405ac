"""What waits for whom is signed in, in groups, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.model.instants import paris_date
from greffe.release.parts import Parts
from greffe.release.tasks.task import Task
from greffe.web.pages.render import Pages, day
from greffe.web.pages.visitors import Staff
from greffe.web.staff.tasks import Tasks
from greffe.web.staff.words_of import countdown, days_left, instant, role_names
from greffe.web.strict import only

OF_DAYS: Final = ("deadline", "late", "query", "answers")  # due by the end of a day, not by an hour


def router(parts: Parts) -> APIRouter:
    """The route /staff."""
    parts = parts.acting()
    routes, pages = APIRouter(), Pages(parts)

    @routes.get("/staff", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def todo(request: Request, visitor: Staff) -> Response:
        now, tasks = parts.clock(), request.app.state.tasks
        assert isinstance(tasks, Tasks)
        found = tasks.of(visitor.actor)
        values = {
            "groups": grouped(found.tasks),
            "count": len(found.tasks),
            "whole": found.whole,
            "roles": role_names(visitor.roles, visitor.lang),
            "instant": instant,
            "last_day": lambda t: day(t - timedelta(seconds=1)),
            "of_days": OF_DAYS,
            "days": lambda t: days_left(paris_date(t - timedelta(seconds=1)), paris_date(now), visitor.lang),
            "left": lambda t: countdown(t - now, visitor.lang),
        }
        return pages.show(request, visitor, "staff/todo.html", values)

    return routes


def grouped(tasks: Iterable[Task]) -> dict[str, list[Task]]:
    """By group, in the order of their most urgent task."""
    found: dict[str, list[Task]] = {}
    for task in tasks:
        found.setdefault(task.group, []).append(task)
    return found

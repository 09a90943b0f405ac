"""Commands of clarification rounds: what recipients ask, our answers with their proof; and what they are likely to ask."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, acting, parts_of
from greffe.cli.language import here
from greffe.cli.show import failing, show
from greffe.errors import BadQuery, nearest
from greffe.model.rounds import STATES, Query
from greffe.release.parts import Parts
from greffe.transmission.foreseen.look import Foreseen
from greffe.transmission.foreseen.of_delivery import foreseen_of
from greffe.transmission.plan import named_plan
from greffe.transmission.rounds.answering import Given, accept, again, answer, drafted
from greffe.transmission.rounds.asking import Asked, ask, late, take
from greffe.web.pages.words import sayer

Id = Annotated[str, typer.Argument(help="A query, e.g. UN_CTS-2024-1-q1.")]
Delivery = Annotated[str, typer.Argument(help="A transmission that left, e.g. UN_CTS-2024-1.")]
Deadline = Annotated[str, typer.Option(help="The day by which it is wanted, e.g. 2027-01-31.")]
Said = Annotated[str, typer.Option(help="What the recipient said.")]
Lang = Annotated[str, typer.Option(help="en or fr; else as the terminal.")]
COLUMNS = ("query", "state", "deadline", "late", "cells", "question")


def add_to(app: typer.Typer) -> None:
    """Register the commands below `greffe rounds`."""
    group = typer.Typer(help="Clarification rounds: what recipients ask about deliveries, answered with proof.")
    for name, command in (
        ("list", list_command), ("show", show_command), ("ask", ask_command), ("import", import_command),
        ("draft", draft), ("answer", answer_command), ("accept", accept_command), ("again", again_command),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="rounds")


def list_command(
    delivery: Annotated[str, typer.Option(help="Only of this transmission.")] = "",
    state: Annotated[str, typer.Option(help=f"Only those that are {', '.join(STATES)}.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """List what recipients asked."""
    with failing(json_):
        if state not in ("", *STATES):
            raise BadQuery(f"{state!r} is no state.", parameter="--state", nearest=nearest(state, STATES) or STATES)
        parts = parts_of(home)
        ledger = parts.ledger()
        if delivery:
            ledger.transmission(delivery)
        found = [q for q in ledger.queries.values() if delivery in ("", q.transmission) and state in ("", q.state)]
        _listed(parts, found, json_)


def show_command(id_: Id, home: Home = None, json_: Json = False) -> None:
    """Everything that was said of a query, and the proof of each answer."""
    with failing(json_):
        parts = parts_of(home)
        _shown(parts, parts.ledger().query(id_), json_)


def ask_command(
    delivery: Delivery,
    cells: Annotated[list[str], typer.Argument(help="Cells: names in the questionnaire, or FLOW/KEY/PERIOD.")],
    question: Annotated[str, typer.Option(help="What is asked, as the recipient wrote it.")],
    deadline: Deadline = "",
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Enter what a recipient asked about cells of a delivery."""
    with failing(json_):
        parts, who = acting(home, as_)
        (one,) = ask(parts, who, delivery, [Asked(tuple(cells), question, deadline)])
        _shown(parts, one, json_)


def import_command(
    delivery: Delivery,
    file: Annotated[Path, typer.Argument(help="What the recipient sent: CSV with cells, question, deadline; or JSON.")],
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Take a recipient's file of queries in: all of them, or none when one cannot be."""
    with failing(json_):
        parts, who = acting(home, as_)
        found = take(parts, who, delivery, file)
        _listed(parts, found, json_)


def draft(id_: Id, lang: Lang = "", home: Home = None, json_: Json = False) -> None:
    """A draft of an answer, sentence by sentence, each with its source: nothing else is said."""
    with failing(json_):
        parts = parts_of(home)
        found = list(drafted(parts, parts.ledger().query(id_)))
        rows = [{"sentence": s.texts[here(lang)], "source": s.source} for s in found]
        told = [{**s.texts, "source": s.source, "known": s.held} for s in found]
        show({"query": id_, "sentences": told}, json_, rows=rows, columns=("sentence", "source"), title=id_)


def answer_command(
    id_: Id,
    fr: Annotated[str, typer.Option("--fr", help="The answer in French.")],
    en: Annotated[str, typer.Option("--en", help="The answer in English.")],
    trace: Annotated[bool, typer.Option("--trace/--no-trace", help="Attach the trace of each figure.")] = True,
    bridge: Annotated[
        list[str] | None, typer.Option(help="Attach a pair of the bridge, e.g. FP11; again for others.")
    ] = None,
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Answer a query; what the answer rests on is kept with it."""
    with failing(json_):
        parts, who = acting(home, as_)
        _shown(parts, answer(parts, who, id_, Given(fr, en, trace, bridge or ())), json_)


def accept_command(id_: Id, said: Said, as_: As = "", home: Home = None, json_: Json = False) -> None:
    """Enter that the recipient accepted the answer."""
    with failing(json_):
        parts, who = acting(home, as_)
        _shown(parts, accept(parts, who, id_, said), json_)


def again_command(
    id_: Id, said: Said, deadline: Deadline = "", as_: As = "", home: Home = None, json_: Json = False
) -> None:
    """Enter that the recipient asks again."""
    with failing(json_):
        parts, who = acting(home, as_)
        _shown(parts, again(parts, who, id_, said, deadline), json_)


def questions(
    delivery: Annotated[str, typer.Argument(help="A delivery, e.g. UN_CTS.")],
    year: Annotated[int, typer.Argument(help="Year of the data.")],
    test: Annotated[bool, typer.Option("--test", help="Of a test.")] = False,
    lang: Lang = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """The questions that the recipient is likely to ask, each with a draft of which every sentence has its source."""
    with failing(json_):
        parts = parts_of(home)
        plan = named_plan(parts, delivery, year, test=test)
        found = foreseen_of(parts, plan)
        told = {"plan": plan.id, "questions": [f.as_json() for f in found]}
        rows = [_question(f, here(lang)) for f in found]
        columns = ("kind", "question", "draft", "sources", "cells")
        show(told, json_, rows=rows, columns=columns, title=f"{plan.id}: {len(found)}")


def _question(one: Foreseen, lang: str) -> dict[str, object]:
    return {
        "kind": one.kind, "question": one.question[lang], "draft": one.draft(lang),
        "sources": "; ".join(s.source for s in one.answer), "cells": len(one.cells),
    }  # fmt: skip


def _listed(parts: Parts, found: Sequence[Query], json_: bool) -> None:
    told = {"queries": [_told(parts, q) for q in found]}
    show(told, json_, rows=[_row(parts, q) for q in found], columns=COLUMNS)


def _row(parts: Parts, one: Query) -> dict[str, object]:
    """A line of the list; whether its day is past in the words of the pages."""
    said = sayer(("staff_queries",), here())("late") if late(parts, one) else ""
    return {
        "query": one.id, "state": one.state, "deadline": one.deadline, "late": said, "cells": " ".join(one.cells),
        "question": one.question,
    }  # fmt: skip


def _told(parts: Parts, one: Query) -> dict[str, object]:
    turns = [
        {"act": t.act, "who": t.who, "instant": t.instant, "texts": dict(t.texts),
         "proofs": [{"kind": p.kind, "name": p.name, "sha256": p.sha256} for p in t.proofs]}
        for t in one.turns
    ]  # fmt: skip
    return {
        **_row(parts, one),
        "late": late(parts, one),
        "transmission": one.transmission,
        "cells": list(one.cells),
        "source": one.source,
        "turns": turns,
    }


def _shown(parts: Parts, one: Query, json_: bool) -> None:
    rows = [
        {"act": t.act, "who": t.who, "instant": t.instant[:16], "said": " / ".join(t.texts.values()),
         "proof": " ".join(f"{p.kind}:{p.name}" for p in t.proofs)}
        for t in one.turns
    ]  # fmt: skip
    columns = ("act", "who", "instant", "said", "proof")
    show(_told(parts, one), json_, rows=rows, columns=columns, title=f"{one.id} is {one.state}.")

"""A standing order in the demonstration: an observatory has recorded offences at each release, by link."""

from __future__ import annotations

from typing import Final

from greffe.app import job_tools
from greffe.cli.demo_cast import OBSERVATORY, out
from greffe.errors import Denied
from greffe.jobs.running import run_now
from greffe.jobs.works import WORKS
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, add_person
from greffe.transmission.orders.acts import Wanted, make_order
from greffe.transmission.orders.limits import Limits

QUERY: Final = "/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0/*?format=sdmx-csv&labels=both&lang=fr"


def orders(parts: Parts) -> None:
    """Made once, with its first delivery; a second start finds it. A home from before the observatory gets it too, unless
    somebody else enters people there by now."""
    if parts.ledger().orders:
        return
    if OBSERVATORY.name not in parts.ledger().people:
        try:
            add_person(parts, HOUSE, OBSERVATORY.name, ["recipient:OBS"])
        except Denied:
            return
    tools = job_tools(parts)
    wanted = Wanted("OBS", "Infractions, à chaque diffusion", QUERY)
    one = make_order(parts, OBSERVATORY, wanted, tools.answers, Limits(), {})
    run_now(tools, WORKS, "demonstration", "orders")
    out.print(f"  standing order {one.id} of {one.body}, with its first delivery")

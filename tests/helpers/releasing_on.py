"""A machine that releases on and on, until it is killed: release n has the value n in each of its observations.

python releasing_on.py HOME SECONDS    GREFFE_REGISTER and GREFFE_FILES as for any machine; a line {number, effective} on
                                       stdout for each release that was acknowledged
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from house import FLOW, Clock, House
from released import put

from greffe.app import compose
from greffe.errors import Conflict, Refused, Unavailable
from greffe.release.lifecycle import dataflow_named
from greffe.settings import read_settings

YEARS = range(1950, 2020)
DELAY = 5.0  # seconds from the commit of a release to its effect (decision D6)


def house_at(home: Path) -> House:
    """The house as it is, its clock that of the machine."""
    clock = Clock(datetime.now(UTC))
    return House(compose(read_settings({**os.environ, "GREFFE_POLL_SECONDS": "0"}, home=home), clock), clock)


def release(house: House) -> dict[str, object] | None:
    """One more release; None when another machine was faster or something is away."""
    house.clock.now = datetime.now(UTC)
    try:
        flow = dataflow_named(house.parts, FLOW).reference
        number = house.parts.ledger().next_number(flow)
        rows = "\n".join(f"ICCS0101 NR {year} {number} A F" for year in YEARS)
        made = put(house, number, rows, hours=DELAY / 3600)
    except (Conflict, Refused, Unavailable):
        return None
    return {"number": made.number, "effective": made.effective_at.timestamp()}


if __name__ == "__main__":
    own = house_at(Path(sys.argv[1]))
    until = time.monotonic() + float(sys.argv[2])
    while time.monotonic() < until:
        done = release(own)
        if done is not None:
            print(json.dumps(done), flush=True)
        time.sleep(0.2)

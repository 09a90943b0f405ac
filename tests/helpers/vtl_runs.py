"""vtlengine, run in the environment that is its own: cases in, what it makes of them out."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from client_environments import interpreter

RUNNER = Path(__file__).resolve().parents[1] / "clients/vtlengine/run.py"
TYPES = {"TIME_PERIOD": "Time_Period", "OBS_VALUE": "Number"}


def vtl(cases: list[dict[str, object]]) -> list[dict[str, list[dict[str, object]]]]:
    """What vtlengine makes of them."""
    made = subprocess.run(
        [interpreter("vtlengine"), RUNNER], input=json.dumps(cases), capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr[-2000:]
    return json.loads(made.stdout)


def columns(dimensions: tuple[str, ...]) -> dict[str, str]:
    """The types of a data set: dimensions, time, one measure."""
    return dict.fromkeys(dimensions, "String") | TYPES


def period(text: str) -> str:
    """vtlengine writes 2022Q1 and 2022S1."""
    return text if len(text) == 4 or "-" in text else f"{text[:4]}-{text[4:]}"

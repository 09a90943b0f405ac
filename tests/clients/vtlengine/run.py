"""Runs VTL with vtlengine: cases in as JSON on standard input, every persistent result out as JSON."""

from __future__ import annotations

import json
import sys

import pandas as pd
from vtlengine import run, semantic_analysis


def main() -> None:
    """Each case has `script`, `structures` and, unless only the text is judged, `rows` by data set."""
    answers = []
    for case in json.load(sys.stdin):
        structures = {"datasets": [structure(name, columns) for name, columns in case["structures"].items()]}
        if "rows" not in case:
            made = semantic_analysis(script=case["script"], data_structures=structures)
            answers.append({name: sorted(dataset.components) for name, dataset in made.items()})
            continue
        points = {
            name: pd.DataFrame(case["rows"][name], columns=list(columns))
            for name, columns in case["structures"].items()
        }
        made = run(script=case["script"], data_structures=structures, datapoints=points)
        answers.append({name: json.loads(dataset.data.to_json(orient="records")) for name, dataset in made.items()})
    json.dump(answers, sys.stdout)


def structure(name: str, columns: dict[str, str]) -> dict[str, object]:
    """Identifiers are texts, TIME_PERIOD is a period, the measure is a number."""
    return {
        "name": name,
        "DataStructure": [
            {
                "name": id_,
                "type": type_,
                "role": "Measure" if type_ == "Number" else "Identifier",
                "nullable": type_ == "Number",
            }
            for id_, type_ in columns.items()
        ],
    }


if __name__ == "__main__":
    main()

"""Schemathesis against what is served: plain REST and both SDMX entry points, following the links between answers."""

from __future__ import annotations

import os

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from journey_tools import ROOT
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

EXAMPLES = 200 if os.environ.get("GREFFE_SOAK") else 12
SCHEMA = schemathesis.openapi.from_path(str(ROOT / "openapi/greffe.yaml"))
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}


def test_the_description_covers_both_entry_points_and_plain_rest():
    for start in (
        "GET /api/v1/series/",
        "GET /sdmx/v1/data/",
        "GET /sdmx/v2/data/",
        "GET /sdmx/v2/structure/",
        "GET /health/",
    ):
        assert any(label.startswith(start) for label in OPERATIONS)


@pytest.mark.parametrize("label", sorted(OPERATIONS))
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "rubbish"])
def test_every_answer_is_as_described(server, label, mode):
    """No 5xx but the documented ones, no undocumented status, type or body; rubbish is refused."""
    operation = OPERATIONS[label]
    # How many slots a key has, and which periods and formats are words, depends on the dataflow and on the standard's
    # own grammar: a description by patterns cannot say it, so there a well-formed question may rightly be refused.
    plain = "/sdmx/" not in label and "/series/" not in label and "/explain/" not in label
    if mode is GenerationMode.NEGATIVE and not operation.query.items:
        return  # any text is a well-formed name in a path: there is no rubbish but an unknown name, asked by the other mode

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(data=st.data())
    def check(data):
        case = data.draw(operation.as_strategy(generation_mode=mode))
        response = case.call(base_url=server)
        # 501 is a reasoned refusal here, documented like every other status: only a failure of ours is a server error.
        assert response.status_code in range(200, 500) or response.status_code == 501, response.text
        excluded = [not_a_server_error] if plain else [not_a_server_error, positive_data_acceptance]
        if response.status_code == 414:
            excluded.append(negative_data_rejection)  # refused for its length before anything else was looked at
        case.validate_response(response, excluded_checks=excluded)

    check()


def test_links_are_followed_by_a_machine(server):
    """The stateful phase: whatever it reaches by the links is answered as described."""
    schema = schemathesis.openapi.from_url(f"{server}/api/v1/openapi.json")
    seen: set[str] = set()

    class Journey(schema.as_state_machine()):
        def validate_response(self, response, case, **options):
            seen.add(case.operation.path)
            case.validate_response(response, excluded_checks=[not_a_server_error, positive_data_acceptance])

    Journey.run(
        settings=settings(
            max_examples=5 * EXAMPLES,
            stateful_step_count=5,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
    )
    assert {"/api/v1/dataflows", "/api/v1/series/{dataflow}", "/api/v1/findings/{dataflow}"} <= seen


def test_links_lead_from_the_dataflows_to_the_explanation_of_a_figure(server):
    """The described links, followed as they stand: dataflows → series → explain."""
    described = httpx.get(f"{server}/api/v1/openapi.json").json()["paths"]
    operations = {o["get"]["operationId"]: (path, o["get"]) for path, o in described.items()}
    path, answer, values = "/api/v1/dataflows", httpx.get(f"{server}/api/v1/dataflows").json(), {}
    for name in ("series", "explain"):
        link = described[path]["get"]["responses"]["200"]["links"][name]
        for parameter, expression in link["parameters"].items():
            where, _, pointer = expression.partition("#/")
            if where == "$response.body":
                found = answer
                for part in pointer.split("/"):
                    found = found[int(part)] if part.isdigit() else found[part]
                values[parameter] = found
            else:
                assert where == f"$request.path.{parameter}"
        path, _ = operations[link["operationId"]]
        response = httpx.get(server + path.format(**values))
        assert response.status_code == 200, response.text
        answer = response.json()
    assert answer["agrees"] is True

"""Schemathesis against what is served: plain REST and both SDMX entry points, following the links between answers."""

from __future__ import annotations

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

EXAMPLES = 60 if os.environ.get("GREFFE_SOAK") else 6


@pytest.fixture
def described(server):
    return schemathesis.openapi.from_url(f"{server}/api/v1/openapi.json")


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
)
def test_every_answer_is_as_described(case):
    case.call_and_validate()


def test_links_lead_from_a_series_to_its_explanation(described, server):
    described.as_state_machine().run(
        settings=settings(max_examples=8, stateful_step_count=4, deadline=None, suppress_health_check=list(HealthCheck))
    )

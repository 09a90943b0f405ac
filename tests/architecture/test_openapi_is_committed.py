"""What the service says of itself is what is committed: `make openapi` was run."""

from __future__ import annotations

import pytest
import yaml
from shipped_catalogue import committed_openapi, read_plain

from greffe.app import compose, create_app
from greffe.settings import read_settings
from greffe.web.openapi import descriptions


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return descriptions(create_app(compose(read_settings(home=tmp_path_factory.mktemp("openapi")))))


@pytest.mark.parametrize("name", ["greffe.yaml", "sdmx-rest-1.5.yaml", "sdmx-rest-2.yaml"])
def test_the_committed_description_is_the_applications(made, name):
    assert committed_openapi(name) == read_plain(yaml.safe_dump(made[name], allow_unicode=True)), "run: make openapi"


def test_both_entry_points_describe_their_own_paths(made):
    assert {p.split("/")[2] for p in made["sdmx-rest-1.5.yaml"]["paths"]} == {"v1"}
    assert {p.split("/")[2] for p in made["sdmx-rest-2.yaml"]["paths"]} == {"v2"}
    assert len(made["sdmx-rest-1.5.yaml"]["paths"]) >= 8

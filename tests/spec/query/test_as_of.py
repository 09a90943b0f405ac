"""`asOf` of structure queries: the catalogue that was effective then (R2-STR-40), over a house with two of them."""

from dataclasses import replace
from datetime import UTC, datetime

import anyio
import httpx
import pytest
from house import AUTHOR, Clock, House
from house import FIRST as APPROVER
from house import SECOND as OTHER
from small_catalogue import codelist, files, path

from greffe.app import compose, create_app
from greffe.catalogue.artefact_json import dump_file
from greffe.errors import NotFound
from greffe.model.references import Reference
from greffe.release.people import HOUSE, add_person
from greffe.settings import read_settings

FIRST, SECOND = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 9, 1, 12, tzinfo=UTC)
LIST = "/sdmx/v2/structure/codelist/SSER/CL_SEX"


def write(folder, contents):
    for name, body in contents.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A house whose list of sexes had one version in March and has two since September; it is November."""
    folder = tmp_path_factory.mktemp("definitions")
    write(folder, files())
    settings = replace(read_settings({}, home=folder / "home"), sdmx=folder / "sdmx", mappings=folder / "mappings")
    clock = Clock(FIRST)
    parts = compose(settings, clock)
    for person, role in ((AUTHOR, "author"), (APPROVER, "approver"), (OTHER, "approver")):
        add_person(parts, HOUSE, person.name, [role])
    later = replace(codelist("CL_SEX", "M", "F", "X", "T"), reference=Reference("SSER", "CL_SEX", "1.1.0"))
    write(folder, {path(later).replace("CL_SEX", "CL_SEX_2"): dump_file(later)})
    clock.now = SECOND
    House(parts, clock).change(folder)
    clock.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    return House(parts, clock)


class Client:
    """Asks the application in this process."""

    def __init__(self, app):
        self.transport = httpx.ASGITransport(app)

    def get(self, address, headers=None):
        async def asked():
            async with httpx.AsyncClient(transport=self.transport, base_url="http://greffe") as client:
                return await client.get(address, headers=headers)

        return anyio.run(asked)


@pytest.fixture(scope="module")
def client(house):
    return Client(create_app(house.parts))


@pytest.mark.item("R2-STR-40")
@pytest.mark.parametrize(
    ("moment", "version"),
    [
        ("", "1.1.0"),
        ("2026-09-01T12:00:00Z", "1.1.0"),  # from that instant on
        ("2026-09-01T14:00:00", "1.1.0"),  # Europe/Paris
        ("2026-09-01T13:59:59", "1.0.0"),
        ("2026-09-01T11:59:59Z", "1.0.0"),
        ("2026-03-01T12:00:00%2B00:00", "1.0.0"),
        ("2030-01-01T00:00:00Z", "1.1.0"),  # what is effective now, as far as is known
    ],
)
def test_the_catalogue_of_that_moment_answers(client, moment, version):
    """`asOf` gives artefacts as they were at that moment: what came later is not there."""
    answer = client.get(LIST + (f"?asOf={moment}" if moment else ""))
    assert answer.status_code == 200
    assert [c["version"] for c in answer.json()["data"]["codelists"]] == [version]
    effective = SECOND if version == "1.1.0" else FIRST
    assert answer.headers["last-modified"] == effective.strftime("%a, %d %b %Y %H:%M:%S GMT")


@pytest.mark.item("R2-STR-40")
def test_before_the_first_catalogue_there_is_nothing(client, house):
    """404: `asOf` before the first catalogue, with the instant from which on there is one."""
    answer = client.get(f"{LIST}?asOf=2026-03-01T11:59:59Z")
    assert answer.status_code == 404
    assert "2026-03-01T12:00:00" in answer.text
    with pytest.raises(NotFound):
        house.parts.catalogue_at(datetime(2020, 1, 1, tzinfo=UTC))


@pytest.mark.item("R2-STR-40")
def test_what_came_later_is_not_found_then(client):
    """A version that came later is not found (404) as of an earlier moment."""
    assert client.get(f"{LIST}/1.1.0").status_code == 200
    assert client.get(f"{LIST}/1.1.0?asOf=2026-05-01T00:00:00Z").status_code == 404


@pytest.mark.item("HTTP-18")
def test_a_moment_that_is_none_is_refused(client):
    """A malformed `asOf` is refused (400); on 1.5 the parameter is not known (400)."""
    assert client.get(f"{LIST}?asOf=yesterday").status_code == 400
    assert client.get("/sdmx/v1/codelist?asOf=2026-05-01T00:00:00Z").status_code == 400


@pytest.mark.item("R2-STR-40", "HTTP-09")
def test_tags_tell_moments_apart(client):
    """Answers of two catalogues have two tags; the same moment gives 304."""
    old, new = (client.get(f"{LIST}?asOf={m}") for m in ("2026-05-01T00:00:00Z", "2026-10-01T00:00:00Z"))
    assert old.headers["etag"] != new.headers["etag"]
    again = client.get(f"{LIST}?asOf=2026-05-01T00:00:00Z", headers={"If-None-Match": old.headers["etag"]})
    assert again.status_code == 304

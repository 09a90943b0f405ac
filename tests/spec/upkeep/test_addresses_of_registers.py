"""An address that names no database, or one that is away, is one line and an exit code; no password is in it."""

import pytest
from house import new_house
from journey_tools import inside
from sqlalchemy.engine import make_url

from greffe.release.people import HOUSE, add_person

SECRET = "geheim"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    found = new_house(tmp_path_factory.mktemp("addresses") / "home")
    add_person(found.parts, HOUSE, "gaston", ["administrator"])
    found.parts.register.close()
    return found.parts.settings.home


def there(home):
    return sorted(p.name for p in home.rglob("*") if not p.name.startswith("register.db-"))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (f'register = "postgresql://postgres:{SECRET}@127.0.0.1:1/x"', 6),
        (f'register = "postgresql://postgres:{SECRET}@no-such-host.invalid/x"', 6),
        (f'register = "postgresql://postgres:{SECRET}@127.0.0.1:1/x?colour=blue"', 2),
        (f'register = "postgresql//postgres:{SECRET}@127.0.0.1/x"', 2),
        (f'register = "postgresql://postgres:{SECRET}@127.0.0.1:port/x"', 2),
        (f'register = "mysql://postgres:{SECRET}@127.0.0.1/x"', 2),
        ('register = ""', 2),
        ('register = ""\nfiles = ""', 2),
        ('register = "sqlite://"', 2),
        ('register = "sqlite:////proc/nowhere/register.db"', 2),
        ('register = "sqlite:////etc/passwd/register.db"', 2),
        ('files = ""', 2),
    ],
)
def test_a_place_that_is_none_is_one_line(home, tmp_path, said, code):
    (tmp_path / "new.toml").write_text(said, encoding="utf-8")
    before = there(home)
    done = inside(home, "move", "--to", str(tmp_path / "new.toml"), "--as", "gaston")
    assert (done.code, done.out, len(done.err.splitlines())) == (code, "", 1), done.err
    assert SECRET not in done.err
    assert inside(home, "verify").code == 0
    assert there(home) == before


def test_a_database_that_is_not_there_is_one_line(home, new_postgresql, tmp_path):
    absent = make_url(new_postgresql).set(database="absent").render_as_string(hide_password=False)
    (tmp_path / "new.toml").write_text(f'register = "{absent}"', encoding="utf-8")
    done = inside(home, "move", "--to", str(tmp_path / "new.toml"), "--as", "gaston")
    assert (done.code, "does not exist" in done.err, len(done.err.splitlines())) == (6, True, 1), done.err

"""Where the service listens: a port and an address that cannot be are told in one line, before anything starts."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from greffe.cli.listening import free_port
from greffe.errors import BadDefinition, Refused
from greffe.settings import read_settings


@pytest.mark.parametrize("port", ["0", "65536", "99999", "abc", "80.5", "-1", "1e3"])
def test_a_port_is_a_whole_number_from_1_to_65535(port: str, tmp_path: Path) -> None:
    with pytest.raises(BadDefinition, match=r"no port: a whole number from 1 to 65535"):
        read_settings({"PORT": port}, tmp_path)


@pytest.mark.parametrize(("environ", "url"), [
    ({}, "http://127.0.0.1:8000"),
    ({"PORT": "8080"}, "http://127.0.0.1:8080"),
    ({"PORT": "8080", "HOST": "::1"}, "http://[::1]:8080"),
    ({"PORT": "8080", "GREFFE_URL": "https://statistiques.example.org"}, "https://statistiques.example.org"),
])  # fmt: skip
def test_what_is_public_follows_from_where_it_listens(environ: dict[str, str], url: str, tmp_path: Path) -> None:
    assert read_settings(environ, tmp_path).public_url == url


def test_a_taken_port_and_an_address_that_is_not_here_are_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refused, match=f"Port {port} of 127.0.0.1 is taken"):
            free_port("127.0.0.1", port)
    free_port("127.0.0.1", port)
    with pytest.raises(Refused, match=r"HOST='nowhere\.invalid' is no address to listen on"):
        free_port("nowhere.invalid", port)
    with pytest.raises(Refused, match=r"Nothing can listen on port \d+ of 192\.0\.2\.1"):
        free_port("192.0.2.1", port)


@pytest.mark.parametrize(
    "address", ["http://[", "https://a:b", "http://:8000", "ftp://a", "https://a/b", "http://a:99999"]
)
def test_an_address_of_the_service_that_is_none_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(BadDefinition, match="is no http"):
        read_settings({"GREFFE_URL": address}, tmp_path)

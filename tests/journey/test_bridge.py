"""Why published figures differ, in the demonstration: on the command line and over HTTP."""

from __future__ import annotations

import httpx


def test_the_first_case_on_the_command_line_and_over_http(greffe, server):
    """64,003 persons by citizenship are 61,076 detained and 2,927 not housed."""
    told = greffe("bridge", "FP01", "--json")
    assert told.code == 0, told.err
    answer = httpx.get(f"{server}/api/v1/bridge/FP01", headers={"accept-language": "en"}).json()
    assert answer == told.json()
    assert (answer["a"]["value"], answer["chains"][0][0]["amount"], answer["b"]["value"]) == ("61076", "2927", "64003")
    assert answer["state"] == "explained"


def test_what_we_released_is_what_was_published(server):
    """Counts that Eurostat shows are those that we release for it; of UNODC's stock that is so too. Invented figures are in
    no pair."""
    counts = httpx.get(f"{server}/api/v1/bridge?concept=offences&limit=1000").json()
    assert counts["states"] == {"equal": 181}  # values of NR in samples/published/publications/estat_crim_off_cat.csv
    pair = "unodc_held@2007~sser_unodc_held@2007"
    assert httpx.get(f"{server}/api/v1/bridge/{pair}").json()["state"] == "equal"
    everything = httpx.get(f"{server}/api/v1/bridge?limit=1000").json()["pairs"]
    assert {p["origin"] for p in everything} == {"real"}

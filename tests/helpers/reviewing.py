"""An author at the review of the small catalogue over HTTP: signed in, deciding, handing in."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from starlette.testclient import TestClient

from greffe.release.access.accounts import digest
from greffe.store.access import Session
from greffe.web.pages.visitors import cookie_name

SEX, LEG = "/staff/mappings/BODY/sexe_to_sex", "/staff/mappings/BODY/indicateur_to_leg"


def signed_in(app, person):
    """A session as signing in makes one (test_signin.py), without the time that a password costs on purpose."""
    parts, token = app.state.parts, secrets.token_hex()
    now = parts.clock()
    session = Session(person.name, "local", secrets.token_hex(), now, now, now + timedelta(hours=9))
    parts.access.open_session(digest(token), session)
    return TestClient(
        app, headers={"accept": "text/html"}, follow_redirects=False, cookies={cookie_name(parts.settings): token}
    )


def guard(text):
    return re.search(r'name="guard" value="([^"]+)"', text)[1]


def send(client, path, **fields):
    return client.post(path, data={"guard": guard(client.get("/staff").text), **fields})


def decide(client, item="r1", at=SEX, **fields):
    return send(client, f"{at}/decide", item=item, **fields)


def none(client, item="r1", reason="It counts nobody."):
    return decide(client, item, action="none", kind="not-applicable", reason=reason)


def hand_in(client, *files, reason="as agreed", **fields):
    return send(client, "/staff/mappings/pending", action="propose", table=list(files), reason=reason, **fields)


def told(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))

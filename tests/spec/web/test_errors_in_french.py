"""Errors over HTTP in the language that is asked for: problems on /api, the standard's message on /sdmx, pages for people."""

from __future__ import annotations

import ast
import html
import json

import pytest
from house import new_house
from journey_tools import ROOT
from released import put
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.errors import BadQuery, Refused
from greffe.french import tell, tell_text
from greffe.release.people import told_roles
from greffe.web.pages.faults import called, told_on_page

FR = {"accept-language": "fr-FR,fr;q=0.9,en;q=0.5"}
NB = "\u00a0"
COMMANDS_ONLY = {"--by", "--from", "--to"}  # no page asks for these
NO_FLOW = f"paramètre dataflow{NB}: Il n’existe pas de flux de données «{NB}CRIM{NB}»."


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    made = new_house(tmp_path_factory.mktemp("french"))
    put(made, 1, "ICCS0101 NR 2020 975 A F")
    return TestClient(create_app(made.parts))


@pytest.mark.parametrize("asked", [({}, "?lang=fr"), (FR, "")], ids=["lang", "Accept-Language"])
def test_a_problem_is_told_in_french(client, asked):
    headers, query = asked
    answer = client.get(f"/api/v1/series/CRIM/A{query}", headers=headers)
    found = answer.json()
    assert answer.status_code == 404
    assert answer.headers["content-language"] == "fr"
    assert "Accept-Language" in answer.headers["vary"]
    assert found["detail"].startswith(NO_FLOW)
    assert (found["title"], found["parameter"]) == ("Aucun résultat", "dataflow")  # words are told, names are not


def test_a_problem_is_told_in_english_to_everybody_else(client):
    for query, headers in (("", {}), ("?lang=en", FR), ("", {"accept-language": "de"})):
        answer = client.get(f"/api/v1/series/CRIM/A{query}", headers=headers)
        assert answer.headers["content-language"] == "en"
        assert "There is no dataflow 'CRIM'." in answer.json()["detail"]


def test_a_language_that_is_not_offered_is_refused_in_the_one_of_the_header(client):
    answer = client.get("/api/v1/series/CRIM/A?lang=xx", headers=FR)
    assert answer.status_code == 406
    assert "Il n’y a pas de libellés en «\u00a0xx\u00a0»." in answer.json()["detail"]


def test_the_standard_s_messages_keep_their_code_and_sentence(client):
    """The code and the title are the standard's; our detail is French, and the message says so."""
    answer = client.get("/sdmx/v2/data/dataflow/SSER/CRIM/1.0.0", headers=FR)
    found = json.loads(answer.content)
    (error,) = found["errors"]
    assert (error["code"], error["title"]) == (100, "No results found")
    assert error["detail"].startswith("Il n’existe pas de flux de données")
    assert found["meta"]["contentLanguages"] == ["fr"]
    xml = client.get("/sdmx/v1/data/CRIM", headers=FR)
    assert xml.headers["content-language"] == "fr"
    assert 'code="100"><com:Text xml:lang="fr">Il n’existe pas de flux de données' in xml.text


def test_a_page_says_what_is_wrong_in_french(client):
    answer = client.get("/data/CRIM", headers={**FR, "accept": "text/html"})
    assert answer.status_code == 404
    assert "Il n’existe pas de flux de données" in answer.text or "Il n’y a rien à" in answer.text
    assert "There is no" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/calendar?page=x", 400, f"«{NB}x{NB}» n’est pas un nombre entier."),
        ("GET", "/search?page=0", 400, f"«{NB}0{NB}» est inférieur à 1."),
        ("GET", "/calendar?page=1001", 400, f"«{NB}1001{NB}» est supérieur à 1000."),
        ("POST", "/calendar", 405, "Cette adresse se lit par GET et HEAD."),
        ("GET", "/search?q=" + "a" * 9_000, 414, "L’adresse a 9009 caractères"),
        ("GET", "/calendar?release=2", 400, f"Connus{NB}: page, lang."),  # names that are typed are not translated
    ],
)
def test_what_the_framework_finds_is_told_in_our_words(client, method, path, status, said):
    """To people and to programs, in both languages; no word of a library is left."""
    for accept in ("text/html", "application/json"):
        answer = client.request(method, path, headers={**FR, "accept": accept})
        assert answer.status_code == status
        assert said in html.unescape(answer.text), answer.text[-1500:]
        english = client.request(method, path, headers={"accept": accept}).text
        assert "Input should" not in english and "Not Allowed" not in english


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("PUT", "/api/v1/dataflows", "GET, HEAD, OPTIONS"), ("GET", "/preferences", "POST")]
)
def test_another_method_is_refused_with_those_that_are_answered(client, method, path, allowed):
    answer = client.request(method, path, headers={**FR, "accept": "text/html"})
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert "Cette adresse" in answer.text


def test_on_a_page_an_error_names_the_field_as_the_page_calls_it():
    """The command line's options, its commands and their names stay at the command line."""
    wrong = BadQuery(
        "Its reason is needed.",
        parameter="--reason-fr",
        hint="Say why with --reason and --reason-fr, or choose a later date.",
    )
    assert told_on_page(wrong, "en", "staff_releases") == (
        "“Public reason, in French”: Its reason is needed. Say why with “Public reason, in English” and “Public reason, in French”, "
        "or choose a later date."
    )
    assert told_on_page(wrong, "fr", "error").startswith(f"«{NB}Motif en français{NB}»{NB}: ")
    typed = Refused("It is not approved.", hint="greffe approve d1 --as NAME")
    assert told_on_page(typed, "en", "error") == "It is not approved. See the page /staff/releases."
    assert told_on_page(BadQuery("It is no page.", parameter="page"), "en", "error") == "parameter page: It is no page."
    assert wrong.parameter == "--reason-fr"  # the error itself stays


def test_no_english_is_left_within_a_french_error():
    """Roles, states, kinds, what a rule says and the policy's own reason: each is told, however it came into the sentence."""
    open_ = Refused(
        "1 error is open in draft d1; the first: QR-COD-01, 'X' is not allowed. Say another.",
        finding={"en": "'X' is not allowed. Say another.", "fr": "X n’est pas admis. En donner un autre."},
        hint="See them with: greffe findings d1",
    )
    first = "1 erreur est ouverte dans le projet d1\u00a0; la première\u00a0: QR-COD-01, X n’est pas admis. En donner un autre."
    assert told_on_page(open_, "fr", "error") == f"{first} Voir la page /staff/findings."
    several = "3 errors are open in draft d1; the first: QR-COD-01, 'X' is not allowed."
    assert tell_text(several, "fr").startswith(f"3 erreurs sont ouvertes dans le projet d1{NB};")
    policy = (
        "For OBS_SURVEYS revisions of 2024 and later are planned. What lies outside is --revision correction (an error is mended) "
        "or exceptional, with --reason and --reason-fr for everybody to read. Policy: No policy of this table is known: the last "
        "two years may be revised, to be confirmed."
    )
    assert tell_text(policy, "fr").endswith(
        f"Politique{NB}: Aucune politique de cette table n’est connue{NB}: les deux dernières années peuvent être révisées, "
        "à confirmer."
    )
    assert told_roles(("author", "recipient:OBS")) == "author, recipient (OBS)"
    roles = f"Ana is no {told_roles(['approver'])} (roles: {told_roles(('author', 'recipient:OBS'))})."
    assert tell_text(roles, "fr") == f"Ana n’a pas le rôle valideur (rôles{NB}: auteur, destinataire (OBS))."
    none = f"Ana may not read internal figures (roles: {told_roles(())})."
    assert tell_text(none, "fr") == f"Ana ne peut pas lire les chiffres internes (rôles{NB}: aucun)."
    kind = "A row of kind not-applicable says why."
    assert tell_text(kind, "fr") == "Une ligne de nature sans objet (not-applicable) dit pourquoi."


def test_what_is_chosen_on_a_page_is_named_in_an_error_as_it_is_there():
    """The command line is told the codes that it takes."""
    wrong = BadQuery("'advance' is no action of the role auditor.", parameter="--action", hint="Known: register.")
    said = "« diffusions avant l’heure » n’est pas une action du rôle auditeur. Connus : le registre."
    assert told_on_page(wrong, "fr", "staff_keys").replace(NB, " ").endswith(said)
    assert (
        tell(wrong, "fr")
        .text.replace(NB, " ")
        .endswith("« advance » n’est pas une action du rôle auditeur. Connus : register.")
    )


def test_every_option_that_an_error_can_name_has_its_name_on_pages():
    """What release/ and transmission/ raise is told by commands and by pages."""
    named = set()
    for folder in ("release", "transmission"):
        for file in (ROOT / "api" / "greffe" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.keyword) and node.arg == "parameter" and isinstance(node.value, ast.Constant):
                    named.add(str(node.value.value))
    options = {n for n in named if n.startswith("--")}
    assert len(options) > 20
    assert not {o for o in options - COMMANDS_ONLY if not called(o, "fr")}

"""Every rule of the list is a rule here, is held elsewhere, or says why not; each has what passes and what fails."""

import ast
import csv
import importlib
import inspect
import re
from pathlib import Path

import pytest

from greffe.catalogue.policies.read import Policies
from greffe.catalogue.policies.thresholds import FORESEEN, shipped_thresholds
from greffe.validation.elsewhere import ELSEWHERE
from greffe.validation.reference import markdown
from greffe.validation.run import RULES

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
BODIES = {"internal": "internal", "Eurostat": "ESTAT", "UNODC": "UNODC", "CEPEJ": "CEPEJ", "all": "all"}
OURS = {"QR-PLA-07"}
LANGUAGES = {"en", "fr"}


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}


def constants(path):
    """Names of a module that stand for a text."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return {
        target.id: node.value.value
        for node in body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


WORDS = {name: word for path in HERE.glob("test_*.py") for name, word in constants(path).items()}
TESTS = {name: node for path in HERE.glob("test_*.py") for name, node in functions(path).items()}
with (ROOT / "tests/data/quality_rules.csv").open(encoding="utf-8", newline="") as stream:
    LIST = {row["rule_id"]: row for row in csv.DictReader(stream)}


def said(argument):
    """The text of an argument that is one, or a name for one."""
    if isinstance(argument, ast.Name):
        return WORDS.get(argument.id)
    return argument.value if isinstance(argument, ast.Constant) else None


def calls_a_rule(node, name):
    """The test runs that rule: `found("name", …)`, through the real run, itself or by a fixture beside it."""
    beside = [TESTS[a.arg] for a in node.args.args if a.arg in TESTS]
    return any(calls_a_rule(fixture, name) for fixture in beside) or any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "found"
        and any(said(a) == name for a in call.args)
        for call in ast.walk(node)
    )


def asserts_something(node):
    return any(isinstance(n, ast.Assert) for n in ast.walk(node))


def test_the_list_has_101_rules():
    assert len(LIST) == 101


def test_every_rule_of_the_list_is_held_or_says_why_not():
    run, other = {r.id for r in RULES}, [e.id for e in ELSEWHERE]
    assert len(other) == len(set(other))
    assert not run & set(other), "a rule that is run needs no entry elsewhere"
    assert run | set(other) == LIST.keys() | OURS


@pytest.mark.parametrize("rule", [*RULES, *ELSEWHERE], ids=lambda r: getattr(r, "name", r.id))
def test_a_rule_says_what_the_list_says(rule):
    """Severity, level, service and recipients."""
    if rule.id in OURS:
        return
    row = LIST[rule.id]
    recipients = tuple(BODIES[b] for b in row["target_body"].split(";"))
    found = (rule.severity, rule.level, rule.service, rule.recipients)
    assert found == (row["severity"], int(row["ess_level"]), row["service"], recipients)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_a_rule_has_a_passing_and_a_failing_table(rule):
    """A test that finds nothing and one that finds something, of that very rule."""
    for name in (f"test_{rule.name}_holds", f"test_{rule.name}_is_broken"):
        assert name in TESTS, f"{name} is missing"
        assert calls_a_rule(TESTS[name], rule.name), f"{name} does not run {rule.name}"
        assert asserts_something(TESTS[name])
    holds = ast.unparse(TESTS[f"test_{rule.name}_holds"])
    assert "== []" in holds, "what holds has no finding"
    assert "== []" not in ast.unparse(TESTS[f"test_{rule.name}_is_broken"]), "what is broken has findings"


@pytest.mark.parametrize("one", [e for e in ELSEWHERE if e.where], ids=lambda e: e.id)
def test_what_is_held_elsewhere_is_there_with_its_tests(one):
    module, name = one.where.split(":")
    assert hasattr(importlib.import_module(module), name)
    assert one.holds != one.broken
    for test in (one.holds, one.broken):
        file, function = test.split("::")
        node = functions(ROOT / file)[function]
        calls = {n.func.id for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        assert asserts_something(node) or any(c.startswith(("assert_", "check", "refused", "map_rows")) for c in calls)


@pytest.mark.parametrize("one", [e for e in ELSEWHERE if not e.where], ids=lambda e: e.id)
def test_what_is_not_held_yet_says_why(one):
    assert one.reason is not None
    assert set(one.reason) == LANGUAGES
    assert all(len(text) > 40 and text.endswith(".") for text in one.reason.values())
    assert not one.holds
    assert not one.broken


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_a_rule_has_its_sentence_in_two_languages(rule):
    said = rule.said(Policies().limits)
    assert all(sentence.endswith(".") and len(sentence) > 15 and "{" not in sentence for sentence in said.values())
    assert set(said) == LANGUAGES
    holes = [sorted(re.findall(r"\{[^}]*\}", sentence)) for sentence in rule.sentences.values()]
    assert holes[0] == holes[1], "both languages name the same thresholds"


@pytest.mark.parametrize("one", ELSEWHERE, ids=lambda e: e.id)
def test_what_is_no_rule_here_has_its_sentence_in_two_languages(one):
    assert set(one.sentences) == LANGUAGES
    assert all(sentence.endswith(".") and len(sentence) > 15 for sentence in one.sentences.values())


def test_names_are_unique():
    assert len({r.name for r in RULES}) == len(RULES)


def test_every_threshold_is_read_and_none_is_read_that_is_not_there():
    """From the source of the rules: what they ask for by name, and what their sentences show."""
    folder = ROOT / "api/greffe/validation"
    text = "\n".join(p.read_text(encoding="utf-8") for p in (*folder.glob("rules/*.py"), folder / "facts.py"))
    asked = {
        (rule, name)
        for rule, name in re.findall(r"facts?\.(?:limit|share|units)\(\s*['\"](QR-[A-Z]+-\d+)['\"], ['\"]?(\w+)", text)
    }
    asked |= set(re.findall(r"self\.limit\('(QR-[A-Z]+-\d+)', '(\w+)'\)", text))
    there = {
        (t.rule, t.name) for t in shipped_thresholds() if t.rule != FORESEEN
    }  # those are of questions, not of rules
    loops = {("QR-PLA-01", "name"), ("QR-FMT-10", "name")}  # asked for one after the other
    assert asked - loops <= there
    shown = {
        (other or rule.id, name)
        for rule in RULES
        for other, name in re.findall(r"\{(?:([A-Z0-9-]+)/)?([a-z_]+)\}", rule.sentences["en"])
    }
    assert shown <= there
    there -= {("QR-EMB-03", "notice")}  # asked for where an instant is announced, greffe.release.calendar
    assert there == asked - loops | shown
    assert there - shown == {("QR-PLA-05", "breakdowns")}, "sentences show the thresholds in force"


def test_no_number_of_a_rule_stands_in_its_code():
    """A second home of a threshold: a number of two digits or more in a comparison of a rule's SQL."""
    wanted = re.compile(r"(?:[<>]=?|BETWEEN) (?:\d{2,})")
    for path in (ROOT / "api/greffe/validation/rules").glob("*.py"):
        assert not wanted.findall(path.read_text(encoding="utf-8")), path.name


def test_the_sentence_of_a_rule_is_its_docstring():
    for rule in RULES:
        first = " ".join((inspect.getdoc(rule.check) or "").split("\n\n")[0].split())
        assert rule.sentences["en"] == first


def test_the_reference_page_is_that_of_the_code():
    """Written by `python -m greffe.validation.reference > docs/reference/rules.md`."""
    page = ROOT / "docs" / "reference" / "rules.md"
    assert page.read_text(encoding="utf-8") == markdown()


def test_rules_that_no_waiver_lifts():
    """Confidentiality, codes, keys, mandatory attributes, values that are missing: what would disclose or could not be read."""
    held = {r.id for r in RULES if not r.waivable}
    assert held == {
        "QR-CNF-01", "QR-CNF-02", "QR-CNF-03", "QR-COD-01", "QR-COD-03", "QR-COD-06", "QR-FMT-05", "QR-KEY-01", "QR-KEY-02",
        "QR-STA-01",
    }  # fmt: skip
    assert {r.id for r in RULES if r.severity == "error" and r.level == 0} <= held

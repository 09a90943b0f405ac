"""The pages of reference that are made from the application: commands, operations of the interface, formats and kinds.

python tests/helpers/reference_pages.py     # writes them; `make docs`
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import typer
import yaml

from greffe.cli.commands import application
from greffe.cli.help import HELP
from greffe.formats.negotiation import FORMATS
from greffe.french.whole_texts import DEVELOPERS, whole
from greffe.ingest.extract import READERS
from greffe.mapping.kinds import KINDS
from greffe.mapping.words import CALCULATIONS
from greffe.mapping.words import KINDS as ROWS
from greffe.model.kinds import CLASSES

ROOT = Path(__file__).resolve().parents[2]
OPENAPI = ("greffe", "sdmx-rest-1.5", "sdmx-rest-2")
MADE = {
    "en": "Made from the code by `make docs`; do not edit it by hand.",
    "fr": "Page produite à partir du code (`make docs`)\u00a0; ne pas la modifier à la main.",
}
COMMANDS = {
    "en": (
        "Commands",
        "Each has `--help`, in the language of `greffe --lang fr …` or of the terminal. "
        "Exit codes: 0 done, 1 refused, 2 a call that is not understood; others stand with their command.",
        ("argument or option", "what it says"),
        "one of",
    ),
    "fr": (
        "Commandes",
        "Chacune a `--help`, dans la langue de `greffe --lang fr …` ou du terminal. "
        "Codes de retour\u00a0: 0 fait, 1 refusé, 2 appel non compris\u00a0; les autres sont dits avec leur commande.",
        ("argument ou option", "ce qu’il dit"),
        "au choix",
    ),
}
INTERFACE = {
    "en": (
        "Operations of the interface",
        "The whole description, with parameters, answers and errors, is OpenAPI 3.1: served at `/api/v1/openapi.json`, "
        "and in these files: {}. HEAD and OPTIONS are answered wherever GET is.",
        ("operation", "what it does"),
    ),
    "fr": (
        "Opérations de l’interface",
        "La description complète (paramètres, réponses, erreurs) est en OpenAPI 3.1\u00a0: servie à `/api/v1/openapi.json`, "
        "et dans ces fichiers\u00a0: {}. HEAD et OPTIONS répondent partout où GET répond.",
        ("opération", "ce qu’elle fait"),
    ),
}


def cell(text: object) -> str:
    """A text in a cell of a table."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("[", "\\[")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def page(title: str, lang: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", MADE[lang], *(part.rstrip() for part in parts)]) + "\n"


def leaves(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every command, with the words that call it, in the order of the help."""
    below = getattr(command, "commands", None)
    if below is None:
        yield path, command
    for name, one in (below or {}).items():
        yield from leaves(one, (*path, name))


def parameters(command: object, lang: str) -> list[list[str]]:
    rows = []
    for one in getattr(command, "params", ()):
        said = (
            (*one.opts, *one.secondary_opts)
            if one.param_type_name == "option"
            else (str(one.metavar or one.name).strip("{}_[]").upper(),)
        )
        names = " ".join(f"`{name}`" for name in said)
        choices = getattr(getattr(one, "type", None), "choices", ())
        more = f" ({COMMANDS[lang][3]}: {', '.join(map(str, choices))})" if choices else ""
        rows.append([names, cell(whole(HELP, one.help or "", lang) + more)])
    return rows


def commands(lang: str) -> str:
    title, intro, head, _ = COMMANDS[lang]
    parts = [intro]
    for path, command in leaves(typer.main.get_command(application())):
        parts.append(f"## `greffe {' '.join(path)}`")
        parts.append(cell(whole(HELP, " ".join((command.help or "").split()), lang)).replace("\\|", "|"))
        if rows := parameters(command, lang):
            parts.append(table(head, rows))
    return page(title, lang, *parts)


def operations(description: Mapping[str, Mapping[str, object]], lang: str) -> dict[str, list[list[str]]]:
    """Tag → its operations, but for those that every address has."""
    found: dict[str, list[list[str]]] = {}
    for path, methods in description["paths"].items():
        for method, one in methods.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                words = whole(DEVELOPERS, one.get("description") or one["summary"], lang)
                found.setdefault(one["tags"][0], []).append([f"`{method.upper()} {path}`", cell(words)])
    return found


def interface(lang: str) -> str:
    title, intro, head = INTERFACE[lang]
    up = "../../" if lang == "en" else "../../../"
    parts = [intro.format(", ".join(f"[{name}.yaml]({up}openapi/{name}.yaml)" for name in OPENAPI))]
    for name in OPENAPI:
        description = yaml.load((ROOT / f"openapi/{name}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
        for tag, rows in operations(description, lang).items():
            parts += [f"## {whole(DEVELOPERS, tag, lang)}", table(head, rows)]
    return page(title, lang, *parts)


def first_sentence(of: object) -> str:
    return re.split(r"(?<=[.;])\s|\n\n", (of.__doc__ or "").strip())[0].rstrip(";")


def formats_and_kinds() -> str:
    rows = []
    for f in FORMATS:
        words, entries = ", ".join(f"`{s}`" for s in f.synonyms), (" ".join(f.default), " ".join(f.preferred))
        rows.append([f"`{f.name}`", f.kind, f.version, f"`{f.media_type}`", words, *entries])
    head = ("`format=`", "for", "version", "content type", "also", "for `*/*` on", "for its syntax on")
    parts = ["## Formats of answers", table(head, rows)]
    parts += ["## Files that are taken in", f"By their ending: {', '.join(f'`{suffix}`' for suffix in READERS)}."]
    parts += [
        "## Kinds of rows of a map",
        table(("kind", "in English", "in French"), [[f"`{k}`", en, fr] for k, (fr, en) in ROWS.items()]),
    ]
    kinds = [[f"`{k}`", cell(first_sentence(v))] for k, v in KINDS.items()]
    parts += [
        "## Kinds of rules of a map",
        "Each with worked examples: [mapping rules](mapping-rules.md).",
        table(("kind", "what it does"), kinds),
    ]
    made = [[f"`{k}`", en, fr] for k, (en, fr) in CALCULATIONS.items()]
    parts += [
        "## Kinds of calculations",
        "Each with a worked example: [calculations](calculations.md).",
        table(("kind", "in English", "in French"), made),
    ]
    classes = [[f"`{k}`", cell(first_sentence(v))] for k, v in sorted(CLASSES.items())]
    parts += ["## Kinds of artefacts", table(("word in addresses", "what it is"), classes)]
    return page("Formats and kinds", "en", *parts)


def pages() -> dict[str, str]:
    """Path in the repository → the page."""
    return {
        "docs/reference/commands.md": commands("en"),
        "docs/fr/reference/commands.md": commands("fr"),
        "docs/reference/interface.md": interface("en"),
        "docs/fr/reference/interface.md": interface("fr"),
        "docs/reference/formats-and-kinds.md": formats_and_kinds(),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        (ROOT / path).write_text(text, "utf-8")

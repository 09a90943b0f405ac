"""Commands about settings: config check says what holds and where it comes from, config reference writes the page about them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress

import typer

from greffe.app import depot_of
from greffe.cli.common import Home, Json
from greffe.cli.language import here
from greffe.cli.listening import nowhere
from greffe.cli.show import ERRORS, failing, show
from greffe.errors import BadDefinition, GreffeError
from greffe.french import tell
from greffe.logs import spans
from greffe.options import Option, file_of, look_into, options, unknown
from greffe.settings import Settings, given, home_of, look_at_settings
from greffe.store.database import address_of
from greffe.upkeep.whereabouts import file_of_register

_HIDDEN = "********"
_ANY = {"0.0.0.0", "::"}  # noqa: S104  # every address of the machine


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="Settings: by file and environment.")
    group.command("check")(check)
    group.command("reference")(reference)
    app.add_typer(group, name="config")


def check(home: Home = None, json_: Json = False) -> None:
    """Every setting: its value, whether the environment, the file or the default says it, and what is wrong. Secrets are hidden. It
    ends with 2 when the service would not start, when a file or folder is not there, or when a variable GREFFE_… is none of those known."""
    with failing(json_):
        environ = {**given(os.environ)}
        if home is not None:
            environ["GREFFE_HOME"] = str(home)
        root, _ = home_of(environ)
        file = file_of(environ, root)
        said: Mapping[str, str] = given(look_into(file)[0]) if file else {}
        faults = [*looked_at(environ), *_strange(environ)]
        lang = here()
        rows = [_row(option, environ, said, lang) for option in options().values()]
        for fault in faults:
            if isinstance(fault, BadDefinition):
                fault.others = ()  # each is told by itself
        told = [tell(fault, lang).text for fault in faults]
        data = {"file": str(file) if file else None, "settings": rows, "faults": told}
        show(data, json_, rows=rows, columns=("setting", "value", "source", "meaning"), title=str(file or ""))
        if not json_:
            for line in told:
                ERRORS.print(line, markup=False, soft_wrap=True)
        if faults:
            raise typer.Exit(BadDefinition.exit_code)


def looked_at(environ: Mapping[str, str]) -> Iterator[GreffeError]:
    """Everything for which a server would not start, as it finds it. Nothing is made, and nobody is asked: jobs.toml and
    channels.toml, without which it serves, are for the doctor."""
    settings, wrong = look_at_settings(environ)
    yield from wrong
    yield from _at_odds(settings)
    traced = [spans.libraries] if settings.operation.traces != spans.NONE else []
    for opened in (lambda: address_of(settings.register_url), *traced):
        try:
            opened()
        except GreffeError as error:
            yield error
    try:
        depot_of(settings)
    except BadDefinition as error:
        yield BadDefinition(error.message, parameter="GREFFE_FILES", hint=error.hint)


def _at_odds(settings: Settings) -> Iterator[GreffeError]:
    """What is well written and cannot be had: two listeners on one address, an address of no
    machine here, files and folders that are not there."""
    place = settings.operation.metrics
    if place and place[1] == settings.port and (place[0] == settings.host or {place[0], settings.host} & _ANY):
        yield BadDefinition(
            f"GREFFE_METRICS={place[0]}:{place[1]} is where the service itself listens.", hint="E.g. 127.0.0.1:9464"
        )
    yield from nowhere(settings)
    yield from _no_room(settings)
    for name, folder in (("GREFFE_SDMX", settings.sdmx), ("GREFFE_MAPPINGS", settings.mappings)):
        if not folder.is_dir():
            yield BadDefinition(f"{name}={str(folder)!r} is no folder.")
    named = {
        "GREFFE_CHANNELS": settings.channels, "GREFFE_JOBS": settings.jobs, "GREFFE_WEBHOOKS_KEY_FILE": settings.webhooks,
    }  # fmt: skip
    for name, file in named.items():
        if file is not None and not file.is_file():
            yield BadDefinition(f"{name}={str(file)!r} is no file.")


def _no_room(settings: Settings) -> Iterator[GreffeError]:
    """Where the home and the register's file are to be is something else."""
    above = next((p for p in (settings.home, *settings.home.parents) if p.exists()), None)
    if above is not None and not above.is_dir():
        yield BadDefinition(f"GREFFE_HOME={str(settings.home)!r} is no folder: {above} is a file.")
    with suppress(GreffeError):
        file = file_of_register(settings.register_url)
        if file is not None and file.is_dir():
            yield BadDefinition(f"GREFFE_REGISTER={settings.register_url!r} is a folder.", hint="Name a file in it.")


def reference() -> None:
    """The page about settings, docs/reference/settings.md, made of what the program knows."""
    typer.echo(page(), nl=False)


def page() -> str:
    """Markdown, a table a concern, in both languages."""
    lines = [
        "# Settings · Réglages", "",
        "Made by `greffe config reference` of `api/greffe/options.csv`; do not edit it by hand.", "",
        "Each is a variable of the environment, or a line of `greffe.toml` in the home (or of the file that `GREFFE_CONFIG` names) under "
        "its name in the file. The environment stands over the file. `greffe config check` says what holds and where it comes from.", "",
        "Chacun est une variable d’environnement, ou une ligne de `greffe.toml` dans le dossier du service (ou du fichier que "
        "`GREFFE_CONFIG` nomme) sous son nom dans le fichier. L’environnement l’emporte. `greffe config check` dit ce qui vaut et d’où.",
    ]  # fmt: skip
    groups = dict.fromkeys(option.group for option in options().values())
    for group in groups:
        lines += [
            "",
            f"## {group.capitalize()}",
            "",
            "| variable | in the file | default | what it says | ce qu’il dit |",
        ]
        lines.append("|---|---|---|---|---|")
        for option in options().values():
            if option.group == group:
                key = "" if option.only_environment else f"`{option.key}`"
                default = (
                    f"`{option.default}`" if option.default and option.default[0] != "[" else option.default.strip("[]")
                )
                lines.append(f"| `{option.variable}` | {key} | {default} | {option.en} | {option.fr} |")
    return "\n".join(lines) + "\n"


def _row(option: Option, environ: Mapping[str, str], said: Mapping[str, str], lang: str) -> dict[str, str]:
    where = "environment" if option.variable in environ else "file" if option.variable in said else "default"
    value = environ.get(option.variable, said.get(option.variable, option.default))
    if where != "default":
        value = _shown(option, value)
    meaning = option.fr if lang == "fr" else option.en
    return {"setting": option.variable, "value": value, "source": where, "meaning": meaning}


def _shown(option: Option, value: str) -> str:
    """The value; of an address, without what may be a password: all before its last @, and all after ?."""
    scheme, of_address, rest = value.partition("://")
    if of_address and ("@" in rest or "?" in rest):
        _, at, place = rest.rpartition("@")
        place, asked, _ = place.partition("?")
        return f"{scheme}://{_HIDDEN if at else ''}{at}{place}{f'?{_HIDDEN}' if asked else ''}"
    return _HIDDEN if option.secret and not of_address else value


def _strange(environ: Mapping[str, str]) -> list[GreffeError]:
    return [BadDefinition(f"{name!r} is no setting.", nearest=near) for name, near in unknown(environ)]

"""Typed settings, grouped by concern, read once from a file and the environment (`GREFFE_*`) by the composition root."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from greffe import values
from greffe.errors import BadDefinition
from greffe.load import LoadSettings, Taken, read_load
from greffe.logs.set_up import FORMS, LEVELS
from greffe.options import file_of, look_into, refuse
from greffe.urls import parts_of_url

TRACES = ("none", "otlp")
AT_START, ASKED = UPGRADES = ("start", "asked")
_DAY: Final = 86_400
_NOTHING: Final[Mapping[str, str]] = {}
T = TypeVar("T")
P = TypeVar("P", Path, None)


@dataclass(frozen=True)
class EngineSettings:
    """DuckDB: memory in MB, threads, spill in MB (D21)."""

    memory_mb: int = 1024
    threads: int = 2
    spill_mb: int = 20_000


@dataclass(frozen=True)
class HttpSettings:
    """What a client may ask for: longest address in characters, largest form, largest uploaded file and largest receipt
    over HTTP in bytes (ten thousand findings have four million), most series of one answer.

    kept_bytes: of small answers kept in memory; dump_bytes: of large ones kept as files. poll_seconds: how long what was
    last read of the register counts as now, for answers from memory (a withdrawal shows that much later at most).
    """

    url_limit: int = 8_000
    body_limit: int = 64_000
    upload_limit: int = 20_000_000
    receipt_limit: int = 4_000_000
    series_limit: int = 2_000_000
    key_values_limit: int = 2_000
    kept_bytes: int = 64_000_000
    dump_bytes: int = 2_000_000_000
    poll_seconds: float = 0.0


@dataclass(frozen=True)
class StoreSettings:
    """Derived files of releases (D5): most bytes of all together; seconds without use after which those of a superseded
    release go; seconds from one look of the server at that to the next."""

    serving_bytes: int = 8_000_000_000
    grace_seconds: float = 900.0
    sweep_seconds: float = 60.0


@dataclass(frozen=True)
class OidcSettings:
    """The institution's OpenID provider. `claim`: whose value is the name in the table of people; `label`: what its button
    says."""

    issuer: str
    client: str
    secret: str = field(repr=False)
    claim: str = "preferred_username"
    scope: str = "openid profile"
    label: str = "OpenID Connect"


@dataclass(frozen=True)
class OperationSettings:
    """What the people who run the service see of it. log: form of its lines (auto, json, human); log_level: from which on;
    metrics: host and port where Prometheus scrapes, None: nowhere; traces: none or otlp. leave_seconds: that a server which
    was told to stop answers on, not ready, before it stops."""

    log: str = "auto"
    log_level: str = "info"
    metrics: tuple[str, int] | None = None
    traces: str = "none"
    leave_seconds: float = 0.0


@dataclass(frozen=True)
class Settings:
    """Where things are and what is allowed.

    files: address of the bucket where all machines find what is written once, '' when there is one machine.
    public_url: the address by which people reach the service, without a slash at its end; pages and feeds name it, never
    the Host header. theme: a folder with a ministry's own look. contact: an e-mail address or the address of a page by which
    people reach whoever runs the service, '' when nobody said. warm: whether a server makes ready what pages need before
    somebody asks for them. channels: the file that says how transmissions leave;
    jobs: the one that says what runs by itself, over the shipped one. upgrade: whether who opens an older register brings it
    to this program's schema (start), or `greffe upgrade` alone does (asked). webhooks: the file with the key that signs webhooks, where
    it is not the home's own. workers: processes that serve.
    """

    home: Path
    sdmx: Path
    mappings: Path
    register_url: str
    files: str = ""
    effect_delay_seconds: float = 5.0
    host: str = "127.0.0.1"
    port: int = 8000
    engine: EngineSettings = field(default_factory=EngineSettings)
    http: HttpSettings = field(default_factory=HttpSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    public_url: str = "http://127.0.0.1:8000"
    theme: Path | None = None
    oidc: OidcSettings | None = None
    contact: str = ""
    warm: bool = True
    channels: Path | None = None
    jobs: Path | None = None
    upgrade: str = AT_START
    webhooks: Path | None = None
    operation: OperationSettings = field(default_factory=OperationSettings)
    load: LoadSettings = field(default_factory=LoadSettings)
    workers: int = 1

    @property
    def secure(self) -> bool:
        """Whether people reach the service by HTTPS: then cookies travel over nothing else."""
        return self.public_url.startswith("https://")

    @property
    def contact_link(self) -> str:
        """Where the contact is reached: `mailto:…` or an address; the service itself when nobody said."""
        return (
            f"mailto:{self.contact}"
            if "@" in self.contact and "://" not in self.contact
            else self.contact or self.public_url
        )

    @property
    def webhooks_key(self) -> Path:
        """The file with the key that signs webhooks: every machine must have the same."""
        return self.webhooks or self.home / "webhooks.key"

    @property
    def extracts(self) -> Path:
        """Kept extracts, one folder each."""
        return self.home / "extracts"

    @property
    def drafts(self) -> Path:
        """Drafts that wait for approval."""
        return self.home / "drafts"

    @property
    def releases(self) -> Path:
        """Released files, one folder a dataflow and number."""
        return self.home / "releases"

    @property
    def transmissions(self) -> Path:
        """Files that were sent or wait to be, and receipts, each under its checksum."""
        return self.home / "transmissions"

    @property
    def kept(self) -> Path:
        """Answers that are kept as files; may be removed at any time."""
        return self.home / "kept"

    @property
    def condensed(self) -> Path:
        """Condensed sources on which changed maps are tried; may be removed at any time."""
        return self.home / "condensed"

    @property
    def spill(self) -> Path:
        """Temporary files of DuckDB."""
        return self.home / "tmp"


def shipped(name: str) -> Path:
    """The folder `sdmx` or `mappings`: beside the package in an installed wheel, else at the repository's root."""
    inside = Path(__file__).parent / "_shipped" / name
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2] / name


def shipped_file(name: str) -> Path:
    """A page of the repository's root (CHANGELOG.md), which an installed wheel has beside the package."""
    inside = Path(__file__).parent / "_shipped" / name
    return inside if inside.is_file() else Path(__file__).resolve().parents[2] / name


def read_settings(
    environ: Mapping[str, str] | None = None, home: Path | None = None, over: Mapping[str, str] | None = None
) -> Settings:
    """Settings from the environment and, below it, the file; `over`: what stands over both, where an empty value says that there is
    none. Raises BadDefinition, which names every value that is none."""
    settings, wrong = look_at_settings(environ, home, over or {})
    refuse(wrong)
    return settings


def look_at_settings(
    environ: Mapping[str, str] | None = None, home: Path | None = None, over: Mapping[str, str] = _NOTHING
) -> tuple[Settings, list[BadDefinition]]:
    """Settings, and everything that is wrong with them in the order of the file and of this page; what is wrong has its default."""
    env = given(os.environ if environ is None else environ)
    root, wrong = home_of(env, home)
    file, said = file_of(env, root), dict[str, str]()
    if file:
        said, faults = look_into(file)
        wrong += faults
    env = given({**said, **env, **over})

    def taken(read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except BadDefinition as error:
            wrong.append(error)
            return otherwise

    return _settings(env, root, taken), wrong


def given(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The variables that say something: an empty one says nothing, as if it were not there."""
    return {name: value for name, value in environ.items() if value}


def home_of(env: Mapping[str, str], home: Path | None = None) -> tuple[Path, list[BadDefinition]]:
    """The folder of the installation, and what is wrong with it as it is named."""
    try:
        return (home or values.place("GREFFE_HOME", env.get("GREFFE_HOME", "var"))).resolve(), []
    except BadDefinition as error:
        return Path("var").resolve(), [error]


def _settings(env: Mapping[str, str], root: Path, taken: Taken) -> Settings:
    host, port = taken(partial(values.host, env), "127.0.0.1"), taken(partial(values.port, env), 8000)
    own = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def number(name: str, default: float, least: float = 0, most: float = 1e15) -> float:
        return taken(partial(values.number, env, name, default, (least, most)), default)

    def place(name: str, otherwise: P) -> Path | P:
        return taken(lambda: values.place(name, env[name]), otherwise) if name in env else otherwise

    def own_file(name: str, file: str) -> Path | None:
        return taken(partial(values.own_file, env, root, name, file), None)

    own_register = f"sqlite:///{root / 'register.db'}"
    return Settings(
        home=root,
        sdmx=place("GREFFE_SDMX", shipped("sdmx")),
        mappings=place("GREFFE_MAPPINGS", shipped("mappings")),
        register_url=taken(partial(values.register, env.get("GREFFE_REGISTER", own_register)), own_register),
        files=env.get("GREFFE_FILES", ""),
        effect_delay_seconds=number("GREFFE_EFFECT_DELAY", 5.0, 5.0, _DAY),
        host=host,
        port=port,
        public_url=taken(partial(values.public_url, env.get("GREFFE_URL") or own), own),
        theme=taken(partial(values.theme, env.get("GREFFE_THEME", "")), None),
        oidc=taken(partial(_oidc, env), None),
        contact=taken(partial(values.contact, env.get("GREFFE_CONTACT", "")), ""),
        warm=number("GREFFE_WARM", 1, most=1) > 0,
        channels=own_file("GREFFE_CHANNELS", "channels.toml"),
        jobs=own_file("GREFFE_JOBS", "jobs.toml"),
        webhooks=place("GREFFE_WEBHOOKS_KEY_FILE", None),
        upgrade=taken(partial(values.one_of, env, "GREFFE_UPGRADE", AT_START, UPGRADES), AT_START),
        engine=EngineSettings(
            memory_mb=int(number("GREFFE_MEMORY_MB", 1024, 64)), threads=int(number("GREFFE_THREADS", 2, 1, 1024))
        ),
        http=HttpSettings(poll_seconds=number("GREFFE_POLL_SECONDS", 0.05, most=_DAY)),
        store=StoreSettings(
            serving_bytes=int(number("GREFFE_SERVING_BYTES", 8_000_000_000)),
            grace_seconds=number("GREFFE_SERVING_GRACE", 900.0),
        ),
        operation=_operation(env, taken, number("GREFFE_LEAVE_SECONDS", 0.0, most=_DAY)),
        load=read_load(env, taken),
        workers=taken(partial(values.workers, env), 1),
    )


def _operation(env: Mapping[str, str], taken: Taken, leave_seconds: float) -> OperationSettings:
    return OperationSettings(
        log=taken(partial(values.one_of, env, "GREFFE_LOG", "auto", FORMS), "auto"),
        log_level=taken(partial(values.one_of, env, "GREFFE_LOG_LEVEL", "info", LEVELS), "info"),
        metrics=taken(partial(values.listening, env.get("GREFFE_METRICS", "")), None),
        traces=taken(partial(values.one_of, env, "GREFFE_TRACES", "none", TRACES), "none"),
        leave_seconds=leave_seconds,
    )


def _oidc(env: Mapping[str, str]) -> OidcSettings | None:
    """GREFFE_OIDC_ISSUER, _CLIENT, _SECRET or _SECRET_FILE, and _CLAIM, _SCOPE, _LABEL where they are others."""
    issuer = env.get("GREFFE_OIDC_ISSUER", "")
    if not issuer:
        if alone := next((n for n in sorted(env) if n.startswith("GREFFE_OIDC_") and env[n]), ""):
            raise BadDefinition(f"{alone} says nothing without GREFFE_OIDC_ISSUER.")
        return None
    parts = parts_of_url(issuer)
    inside = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if not re.fullmatch(r"[!-?A-~]+", issuer) or not parts.hostname or not (parts.scheme == "https" or inside):
        raise BadDefinition(f"GREFFE_OIDC_ISSUER={values.short(issuer)!r} is no https address.")
    client, secret = env.get("GREFFE_OIDC_CLIENT", ""), env.get("GREFFE_OIDC_SECRET", "")
    file = env.get("GREFFE_OIDC_SECRET_FILE", "")
    try:
        secret = secret or (values.place("GREFFE_OIDC_SECRET_FILE", file).read_text("utf-8").strip() if file else "")
    except OSError as error:
        raise BadDefinition(f"GREFFE_OIDC_SECRET_FILE cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadDefinition("GREFFE_OIDC_SECRET_FILE holds no text.") from error
    if not client.strip() or not secret.strip():
        raise BadDefinition("GREFFE_OIDC_ISSUER needs GREFFE_OIDC_CLIENT and GREFFE_OIDC_SECRET (or _SECRET_FILE).")
    names = {"claim": "GREFFE_OIDC_CLAIM", "scope": "GREFFE_OIDC_SCOPE", "label": "GREFFE_OIDC_LABEL"}
    found = OidcSettings(issuer, client, secret, **{k: env[n] for k, n in names.items() if env.get(n)})
    if "openid" not in found.scope.split():
        raise BadDefinition(f"GREFFE_OIDC_SCOPE={found.scope!r} does not ask for openid.")
    if not found.claim.strip():
        raise BadDefinition("GREFFE_OIDC_CLAIM names nothing.")
    return found

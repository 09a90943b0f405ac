"""A house moves: its files into a bucket or out of one, its register into another database; nothing is taken down before all of
it stands there and was read again.

    files     while the house works: what is there already is not copied twice; then files.moved, or register.arrived, says where they
              are, and nobody enters anything by settings that say otherwise
    register  the entry register.moved is its last one: from then on nobody can enter anything in it. It is copied in one
              transaction, checked as it goes, and says in its new place register.arrived
    files     what came between
    verify    every file from its new place

Cut off at any point the same call takes it up again, and no call goes to another place: the entry names the one. Until the register
has moved the house is where it was; afterwards processes that still have the old settings read on and are refused whatever they want
to enter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from greffe.errors import BadQuery, Broken, Conflict, NotFound, Refused
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.settings import Settings
from greffe.store.base import Actor, Entry, Register
from greffe.store.chain import ARRIVED, FILES_MOVED, MOVED, refuse_moved
from greffe.store.database import address_of, as_it_is, open_at, translated, writing
from greffe.store.depot import Depot, Shelf, checked, version_of
from greffe.store.files_place import elsewhere, place_of, said_by
from greffe.store.filling import fill, head_of, last_of
from greffe.store.named import Named, named
from greffe.store.snapshot import Snapshot, snapshot
from greffe.transmission import keeping
from greffe.upkeep.backup import Tell
from greffe.upkeep.one_move import only_one
from greffe.upkeep.whereabouts import file_of_register, in_memory, last_entry, refuse_other, same, without_password

One = Callable[[], Iterable[str]]  # moves or reads one thing; its faults as sentences
_MOVES: Final = ("files", "register")


@dataclass(frozen=True)
class Place:
    """The stores of the place where it goes: the register of an address is opened when it is filled."""

    depot: Depot
    register: Callable[[str], Register]


@dataclass(frozen=True)
class Moved:
    """What was done: which parts went, how many things with files there are, the last entry of the register."""

    went: tuple[str, ...]
    things: int
    head: int


def move(parts: Parts, who: Actor, to: Settings, place: Place, tell: Tell) -> Moved:
    """Bring the house to where `to` says, whose stores are opened by `place`. Raises Denied unless an administrator does it, BadQuery when
    there is nothing to do, Broken naming what is damaged, Conflict while another does it, Refused, Unavailable."""
    needs(parts, who, "administrator")
    with only_one(parts.settings.register_url):
        return _moved(parts, who, to, place, tell)


def _moved(parts: Parts, who: Actor, to: Settings, place: Place, tell: Tell) -> Moved:
    here = parts.settings
    _elsewhere(parts, to)
    _files_there(parts, to)
    differing = (place_of(here.files) != place_of(to.files), _differs(here, to))
    went = tuple(n for n, differs in zip(_MOVES, differing, strict=True) if differs)
    if not went:
        raise BadQuery(
            "The house is there already.", parameter="--to", hint="Its register or its files must be others."
        )
    if "register" in went:
        _room_for(parts, to)
    names = named(parts.register.read())
    _all(_moves(parts, names, place.depot) if "files" in went else (), "files", tell)
    if "register" in went:
        _register(parts, who, to, place, tell)
        parts = parts.acting()
        parts.register = place.register(to.register_url)
    if "files" in went:
        _enter_files(parts, who, to)
        names = named(parts.register.read())
        _all(_moves(parts, names, place.depot), "files", tell)
        _all(_looks(names, to, place.depot), "verify", tell)
    return Moved(went, len(names), parts.register.head())


def _files_there(parts: Parts, to: Settings) -> tuple[str, int]:
    """Where the register says that files are. Raises Refused when it is neither where they are to go nor where these settings have
    them: what is here is not all."""
    found = said_by(parts.register)
    wrong = elsewhere(found, parts.settings.files)
    if wrong is not None and elsewhere(found, to.files) is not None:
        raise wrong
    return found


def _enter_files(parts: Parts, who: Actor, to: Settings) -> None:
    """From now on nobody enters what has its files in the old place: what came until now goes along."""
    if _files_there(parts, to)[0] != place_of(to.files):
        parts.note(who, FILES_MOVED, place_of(to.files), {})


def _differs(here: Settings, to: Settings) -> bool:
    return address_of(here.register_url) != address_of(to.register_url)


def _elsewhere(parts: Parts, to: Settings) -> Entry | None:
    """The entry by which the register was moved to where it is to go; None when it was not moved. Raises Refused when it went
    elsewhere: two copies would be open."""
    found = last_entry(parts.register)
    if found is None or found.kind != MOVED:
        return None
    if not same(found.subject, to.register_url):
        raise Refused(
            f"This register was moved to {found.subject} already.",
            hint="If that was cut off, greffe move --to the settings of that place goes on; greffe move --undo takes the register "
            "back. Else move on from there, with its settings.",
        )
    return found


def _room_for(parts: Parts, to: Settings) -> None:
    """Look at where the register goes before anything goes. Raises Refused, BadQuery, Unavailable."""
    if in_memory(to.register_url):
        raise BadQuery(
            "A register in memory would be lost.", parameter="--to", hint="Name a file: sqlite:////srv/register.db"
        )
    file = file_of_register(to.register_url)
    if file is not None and not file.is_absolute():
        raise BadQuery(
            f"{file} is another file for each folder that Greffe is started in.",
            parameter="--to",
            hint="Name it with its whole path: sqlite:////srv/register.db",
        )
    refuse_other(to.register_url)
    there = as_it_is(to.register_url)
    try:
        with translated(there):
            taken = head_of(there)[0] > 0
    finally:
        there.dispose()
    if taken and _elsewhere(parts, to) is None:
        raise Refused("The register is not empty.", hint="Name an empty database.")


def _register(parts: Parts, who: Actor, to: Settings, place: Place, tell: Tell) -> None:
    """Close the register, copy it, open the copy. What was done before is not done again."""
    _room_for(parts, to)
    said = without_password(to.register_url)
    if _elsewhere(parts, to) is None:
        parts.note(who, MOVED, said, {})
    here, there = as_it_is(parts.settings.register_url), as_it_is(to.register_url)
    try:
        with snapshot(here) as found:
            with translated(there):
                copied = head_of(there)[0] >= found.head
            if not copied:
                _copy(found, to, tell)
            last, hash_ = found.head, found.head_hash
        with writing(here) as held:  # nobody opens it here while the copy is opened
            if last_of(held) != (last, hash_):
                raise Conflict(
                    "This register was opened again meanwhile.", hint="Its copy was not opened: empty that database."
                )
            files = {} if place_of(parts.settings.files) == place_of(to.files) else {"files": place_of(to.files)}
            _arrive(place.register(to.register_url), parts, who, (last, hash_), said, files)
    finally:
        here.dispose()
        there.dispose()


def _arrive(
    register: Register, parts: Parts, who: Actor, head: tuple[int, str], said: str, files: Mapping[str, str]
) -> None:
    """Open the copy. Raises Refused when what is there does not continue what was left, or was closed again."""
    own = next(iter(register.read(after=head[0] - 1)), None)
    if own is None or (own.number, own.hash) != head:
        raise Refused("The register is not empty.", hint="Name an empty database.")
    if register.head() == head[0]:
        register.append(who, parts.clock(), ARRIVED, said, files)
    last = last_entry(register)
    if last is not None:
        refuse_moved(last.kind, last.subject, "")


def _copy(found: Snapshot, to: Settings, tell: Tell) -> None:
    engine = open_at(to.register_url, found.schema)

    def pieces() -> Iterator[tuple[str, Iterable[bytes]]]:
        for piece in found.pieces():
            tell("register", piece.last, found.head)
            yield f"register/{piece.first}", piece.lines
        yield "register/beside", found.beside()

    try:
        fill(engine, pieces(), found.head, found.head_hash)
    finally:
        engine.dispose()


def _all(found: Iterable[One], what: str, tell: Tell) -> None:
    """Do all of it. Raises Broken with the first fault once everything else is done."""
    every, faults = list(found), list[str]()
    for done, one in enumerate(every):
        tell(what, done, len(every))
        try:
            faults += one()
        except (Broken, NotFound) as error:
            faults.append(error.text())
    if faults:
        raise Broken(f"Not everything is there: {faults[0]}", hint="greffe doctor tells all.")


def _moves(parts: Parts, names: Named, depot: Depot) -> Iterator[One]:
    """What brings each thing that is named: into the new depot, or out of the old one into the home."""
    shelves = {s.kind: s for s in (parts.extracts, parts.drafts, parts.released)}
    for kind, name, version in _placed(names):
        yield partial(_folder, shelves[kind], depot, name, version)
    there = dict(depot.names("transmissions"))
    for sha in names.kept:
        yield partial(_kept, parts, depot, there, sha)


def _placed(names: Named) -> Iterator[tuple[str, str, str]]:
    """Kind, name and version of each folder that is named."""
    yield from (("extracts", n, version_of(e.rows_checksum)) for n, e in names.extracts.items())
    yield from (("drafts", n, version_of(c)) for n, c in names.drafts.items())
    yield from (("releases", n, "") for n in names.releases)


def _folder(shelf: Shelf, depot: Depot, name: str, version: str) -> Iterable[str]:
    if not depot.shared:
        shelf.bring(name, version)
        return ()
    if not shelf.at(name, version).is_dir():
        return [f"A stored file is missing: {shelf.kind}/{name}."]
    Shelf(shelf.root, depot, shelf.kind).share(name, version)
    return ()


def _kept(parts: Parts, depot: Depot, there: Mapping[str, int], sha: str) -> Iterable[str]:
    name, file = keeping.shared_name(sha), keeping.whole(parts, sha)
    if there.get(name) != file.stat().st_size:
        depot.put(name, file)
    return ()


def _looks(names: Named, to: Settings, depot: Depot) -> Iterator[One]:
    """Every file read again from the new depot. What came out of one was held against its checksum as it came."""
    if depot.shared:
        for kind, name, version in _placed(names):
            yield partial(Shelf(to.home / kind, depot, kind).faults, name, version)
        for sha in names.kept:
            yield partial(_look, depot, sha)


def _look(depot: Depot, sha: str) -> Iterable[str]:
    name = keeping.shared_name(sha)
    for _piece in checked(depot.pieces(name), name, sha):
        pass
    return ()

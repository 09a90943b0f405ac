"""How answers are sent: `mappings/policies/deliveries.csv`, a row for the files of one format of some dataflows.

File names, dataset identifiers, parties and agreements are data: staff change them by proposal. How a channel is reached
(host, folder, secrets) is a setting of the installation and stands nowhere in here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from greffe.catalogue.policies.tables import Row, read_rows
from greffe.catalogue.representation_files import CONFIDENCES
from greffe.errors import nearest
from greffe.model.dataset_names import NAME, SHAPE

FILE: Final = "mappings/policies/deliveries.csv"
COLUMNS: Final = (
    "delivery", "deadline", "flows", "format", "content", "naming", "file_name", "sender", "receiver", "agreement", "channel",
    "approval", "wanted", "confidence", "reason", "reference",
)  # fmt: skip
LATER: Final = ("wanted",)  # tables that were kept before have no such column
KEY: Final = ("delivery", "flows", "format")
FULL, INCREMENTAL, GRANTED = CONTENTS = "full", "incremental", "granted"
EACH, STANDING = "each", "standing"
DSNC, FREE = "dsnc", "free"
WANTED, ACCEPTED = "yes", "accepted"
_PLACES: Final = re.compile(r"\{([^{}]*)\}")
KNOWN: Final = ("year", "flow", "number")
_PARTY: Final = re.compile(r"[A-Za-z0-9_@$.-]{1,50}")
_AGREEMENT: Final = re.compile(r"[A-Za-z0-9_.-]+:(?:[A-Za-z0-9_@$-]|\{flow\})+")
_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{0,40}")
_BOOK: Final = re.compile(r"[a-z][a-z0-9-]*:[A-Za-z0-9_]+")
_CHANNEL: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
# What every system takes as the name of a file, in one folder.
SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,119}")

BOOKS: Final = ("workbook", "cepej-order")  # kinds of a format KIND:QUESTIONNAIRE


@dataclass(frozen=True)
class Delivery:
    """`delivery`: what leaves together, as one thing: rows of one delivery share deadline, channel and approval.

    `flows`: a pattern of dataflow ids among those of the deadline. `format`: a format of data by its name, a file for each
    dataflow; or KIND:QUESTIONNAIRE, e.g. workbook:UN_CTS, one file for all of them.

    content: full; incremental against what the recipient acknowledged last; or granted, the whole with the values that the
    dataflow hides, by a grant to the recipient. naming: dsnc (Eurostat's convention of
    dataset names) or free. file_name: with {year} of the data, {flow} and {number} of the delivery. sender, receiver: ids
    of the parties in the header. agreement: AGENCY:ID of the provision agreement, with {flow}, '' for none. approval: `each` delivery
    is signed by two; or `standing`: this row, itself signed by two, is enough for what is released and passes all checks.
    wanted: yes, what is handed over; or accepted, what the recipient takes as well and does not get (the workbook beside SDMX-CSV).
    """

    delivery: str
    deadline: str
    flows: str
    format: str
    content: str
    naming: str
    file_name: str
    sender: str
    receiver: str
    agreement: str
    channel: str
    approval: str
    confidence: str
    reason: str
    reference: str
    line: int = 0
    wanted: str = WANTED

    @property
    def handed_over(self) -> bool:
        """Whether files of this row leave."""
        return self.wanted == WANTED

    @property
    def questionnaire(self) -> str:
        """The questionnaire that one file for all dataflows is; '' where each has a file of its own."""
        return self.format.partition(":")[2]

    def sends(self, flow: str) -> bool:
        """Whether files of that dataflow are of this row."""
        return fnmatchcase(flow, self.flows)

    def named(self, flow: str, year: int, number: int) -> str:
        """The name of the file: the n-th delivery of data of that year."""
        return self.file_name.format_map({"year": year, "flow": flow, "number": number})

    def agreed(self, flow: str) -> tuple[str, str] | None:
        """Agency and id of the provision agreement under which it is sent."""
        agency, _, id_ = self.agreement.replace("{flow}", flow).partition(":")
        return (agency, id_) if id_ else None


def read_deliveries(content: bytes, file: str) -> tuple[Delivery, ...]:
    """The rows in the order of the file, each key once. Raises BadDefinition."""
    found: dict[tuple[str, ...], Delivery] = {}
    for row in read_rows(content, file, COLUMNS, LATER):
        one = Delivery(
            row.text("delivery"), row.text("deadline"), row.text("flows"), row.text("format"), row.word("content", CONTENTS),
            row.word("naming", (DSNC, FREE)), row.text("file_name"), row.text("sender"), row.text("receiver"),
            row.cells["agreement"], row.text("channel"), row.word("approval", (EACH, STANDING)),
            row.word("confidence", CONFIDENCES), row.text("reason"), row.cells["reference"], row.line, _wanted(row),
        )  # fmt: skip
        key = (one.delivery, one.flows, one.format)
        if key in found:
            raise row.wrong(f"{' '.join(key)} stands here already.", "delivery")
        _check(one, row)
        _together(one, row, found)
        found[key] = one
    return tuple(found.values())


def _wanted(row: Row) -> str:
    found = row.cells["wanted"] or WANTED
    if found not in (WANTED, ACCEPTED):
        near = nearest(found, (WANTED, ACCEPTED)) or (WANTED, ACCEPTED)
        raise row.wrong(f"{found!r} does not say whether it is handed over.", "wanted", near=near)
    return found


def _together(one: Delivery, row: Row, before: Mapping[tuple[str, ...], Delivery]) -> None:
    other = next((d for d in before.values() if d.delivery == one.delivery), one)
    for column in ("deadline", "channel", "approval"):
        if getattr(one, column) != getattr(other, column):
            raise row.wrong(f"{one.delivery} has {getattr(other, column)} in an earlier row.", column)


def _check_book(one: Delivery, row: Row) -> None:
    if ":" not in one.format:
        return
    if not _BOOK.fullmatch(one.format):
        raise row.wrong(f"{one.format!r} is not written KIND:QUESTIONNAIRE, e.g. workbook:UN_CTS.", "format")
    if one.content != FULL:
        raise row.wrong("A questionnaire is handed over whole.", "content", near=(FULL,))
    if "{flow}" in one.file_name:
        raise row.wrong("One file holds all dataflows of a questionnaire: its name names none.", "file_name")
    if one.agreement:
        raise row.wrong("A questionnaire has no header in which an agreement could stand.", "agreement")


def _check(one: Delivery, row: Row) -> None:
    if not _NAME.fullmatch(one.delivery):
        raise row.wrong(f"{one.delivery!r} is no name of a delivery: capitals, digits and _.", "delivery")
    _check_book(one, row)
    for place in _PLACES.findall(one.file_name):
        if place not in KNOWN:
            hint = f"Known are {', '.join('{' + k + '}' for k in KNOWN)}."
            raise row.wrong(f"{{{place}}} is no place of a file name.", "file_name", hint=hint)
    rest = _PLACES.sub("", one.file_name)
    if "{" in rest or "}" in rest or not SAFE.fullmatch(one.named("FLOW", 2024, 1)):
        hint = "Letters, digits, _ . + -, beginning with a letter or digit, at most 120; e.g. {flow}_{year}.CSV."
        raise row.wrong(f"{one.file_name!r} is no name of a file.", "file_name", hint=hint)
    if one.naming == DSNC and not NAME.fullmatch(one.named("FLOW", 2024, 1)):
        raise row.wrong(f"{one.file_name!r} is not named as {SHAPE}.", "file_name")
    if one.content == GRANTED and one.approval != EACH:
        raise row.wrong("What is confidential is signed each time.", "approval", near=(EACH,))
    for column, text in (("sender", one.sender), ("receiver", one.receiver)):
        if not _PARTY.fullmatch(text):
            raise row.wrong(f"{text!r} is no id of a party.", column)
    if not _CHANNEL.fullmatch(one.channel):
        raise row.wrong(f"{one.channel!r} is no name of a channel: small letters, digits, - and _.", "channel")
    if one.agreement and not _AGREEMENT.fullmatch(one.agreement):
        hint = "E.g. SSER:SSER_{flow}."
        raise row.wrong(
            f"{one.agreement!r} is not written AGENCY:ID, with {{flow}} where it stands.", "agreement", hint=hint
        )

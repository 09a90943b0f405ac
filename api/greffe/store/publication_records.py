"""What the register says of publications of other bodies. Kind of entry → record: publication.added → PublicationRecord
(its bytes and the values read from them are contents of the register); publication.withdrawn → the id and a reason."""

from __future__ import annotations

from dataclasses import dataclass

from greffe.store.base import Entry
from greffe.store.payload import Fields
from greffe.store.records import Payload


@dataclass(frozen=True)
class PublicationRecord:
    """A table that a body published, as it was taken in. `checksum`: sha256 of its bytes; `values_checksum`: of the values
    read from them. `retrieved`: day on which it was taken from `url`, which is what people said about it."""

    id: str
    body: str
    dataset: str
    dataflow: str
    file_name: str
    format: str
    checksum: str
    values_checksum: str
    retrieved: str
    url: str
    origin: str  # real | synthetic
    values: int
    series: int
    first_period: str
    last_period: str
    person: str = ""  # said by the entry
    instant: str = ""  # of the entry
    withdrawn: str = ""  # the reason, '' while it stands

    def payload(self) -> Payload:
        """What is appended."""
        return {
            "id": self.id, "body": self.body, "dataset": self.dataset, "dataflow": self.dataflow,
            "file_name": self.file_name, "format": self.format, "checksum": self.checksum,
            "values_checksum": self.values_checksum, "retrieved": self.retrieved, "url": self.url,
            "origin": self.origin, "values": self.values, "series": self.series,
            "first_period": self.first_period, "last_period": self.last_period,
        }  # fmt: skip

    @classmethod
    def from_entry(cls, entry: Entry) -> PublicationRecord:
        """What was appended."""
        f = Fields(entry)
        return cls(
            f.text("id"), f.text("body"), f.text("dataset"), f.text("dataflow"), f.text("file_name"), f.text("format"),
            f.text("checksum"), f.text("values_checksum"), f.text("retrieved"), f.text("url"), f.text("origin"),
            f.integer("values"), f.integer("series"), f.text("first_period"), f.text("last_period"), entry.actor,
            entry.instant,
        )  # fmt: skip

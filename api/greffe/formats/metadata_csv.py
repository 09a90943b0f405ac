"""Reference metadata as SDMX-CSV 2.0 and 2.1 for metadata: one row a report, a column for each heading (C-26)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from greffe.formats.escaping import csv
from greffe.formats.languages import best
from greffe.formats.parameters import Parameters
from greffe.model.artefacts import Texts
from greffe.model.metadata import MetadataAttribute, ReportedAttribute, Value
from greffe.model.reports import Report, ReportMessage

Version: TypeAlias = Literal["2.0", "2.1"]
_INNER: Final = ";"  # between the parts of a cell; the first header says so
_DATES: Final = ("reportingBegin", "reportingEnd")  # columns of our own, as the guide allows


@dataclass(frozen=True)
class _Heading:
    """A column: the dotted id, whether any report has several values there, and the languages that occur."""

    id: str
    several: bool
    languages: tuple[str, ...]

    @property
    def title(self) -> str:
        """`PROCESS.STEP[][en;fr]`."""
        languages = f"[{_INNER.join(self.languages)}]" if self.languages else ""
        return f"{self.id}{'[]' if self.several else ''}{languages}"


def write(message: ReportMessage, parameters: Parameters, version: Version) -> Iterator[bytes]:
    """The message. labels: id; both (`A: Name`); name (a column of names after each).

    2.0 has the column ACTION, I(nformation); 2.1 deprecates it. Headings stand in the order of the structures, those
    that no report fills are left out. Dates of the reported period come last, when there are any.
    """
    headings = _headings(message.reports)
    dates = [d for n, d in enumerate(_DATES) if any(_period(r)[n] for r in message.reports)]
    split = any(len(r.set.targets) > 1 for r in message.reports) or any(h.several or h.languages for h in headings)
    sheet = _Sheet(message, parameters.labels, version, headings)
    yield _line([*sheet.titles(split), *dates])
    for report in message.reports:
        period = dict(zip(_DATES, _period(report), strict=True))
        yield _line([*sheet.row(report), *(period[d] for d in dates)])


@dataclass(frozen=True)
class _Sheet:
    """How the cells of one message are written."""

    message: ReportMessage
    labels: str
    version: str
    headings: Sequence[_Heading]

    def titles(self, split: bool) -> Iterator[str]:
        """The header row."""
        yield f"MDSTRUCTURE[{_INNER}]" if split else "MDSTRUCTURE"
        yield from self._pair("MDSTRUCTURE_ID", "MDSTRUCTURE_NAME")
        yield from self._pair("METADATASET_ID", "METADATASET_NAME")
        if self.version == "2.0":
            yield "ACTION"
        yield "TARGET_TYPES"
        yield from self._pair("TARGET_IDS", "TARGET_NAMES")
        for heading in self.headings:
            name = next((n for r in self.message.reports if (n := self._name(r.headings.get(heading.id, {})))), "")
            yield f"{heading.title}: {name}" if self.labels == "both" and name else heading.title
            if self.labels == "name":
                yield name

    def row(self, report: Report) -> Iterator[str]:
        """One report."""
        found = report.set
        under = found.agreement or report.metadataflow.urn
        yield "metadataprovision" if found.agreement else "metadataflow"
        # An agreement has a name of its own, which is not at hand: what it provides is named.
        yield from self._said(str(under.reference), self._name(report.metadataflow.names))
        yield from self._said(str(found.reference), self._name(found.names))
        if self.version == "2.0":
            yield "I"
        yield _INNER.join(t.kind for t in found.targets)
        ids = [f"{t.reference}.{t.item}" if t.item else str(t.reference) for t in found.targets]
        names = [self._name(n) for n in report.targets]
        if self.labels == "both":
            yield _INNER.join(f"{i}: {n}" if n else i for i, n in zip(ids, names, strict=True))
        else:
            yield _INNER.join(ids)
        if self.labels == "name":
            yield _INNER.join(names)
        for heading in self.headings:
            values = [] if found.stub else list(_values(found.attributes, heading.id.split(".")))
            yield _cell([self._coded(v, report, heading) for v in values], heading)
            if self.labels == "name":
                codes = report.codes.get(heading.id, {})
                yield _INNER.join(self._name(codes.get(v, {})) for v in values if isinstance(v, str) and codes)

    def _pair(self, title: str, name: str) -> tuple[str, ...]:
        return (title, name) if self.labels == "name" else (title,)

    def _said(self, id_: str, name: str) -> tuple[str, ...]:
        if self.labels == "name":
            return id_, name
        return (f"{id_}: {name}" if self.labels == "both" and name else id_,)

    def _coded(self, value: Value, report: Report, heading: _Heading) -> Value:
        codes = report.codes.get(heading.id, {})
        if self.labels != "both" or not isinstance(value, str) or value not in codes:
            return value
        return f"{value}: {self._name(codes[value])}"

    def _name(self, texts: Texts) -> str:
        return best(texts, self.message.language)


def _headings(reports: Sequence[Report]) -> list[_Heading]:
    """Columns in the order of the structures, those of the first structure first; only those that some report fills."""
    ids = dict.fromkeys(id_ for r in reports for id_ in _paths(r.structure.attributes, ""))
    found = []
    for id_ in ids:
        cells = [list(_values(r.set.attributes, id_.split("."))) for r in reports if not r.set.stub]
        if any(cells):
            languages = dict.fromkeys(code for c in cells for v in c if not isinstance(v, str) for code in v)
            found.append(_Heading(id_, any(len(c) > 1 for c in cells), tuple(sorted(languages))))
    return found


def _paths(attributes: Iterable[MetadataAttribute], above: str) -> Iterator[str]:
    for one in attributes:
        yield above + one.id
        yield from _paths(one.children, f"{above}{one.id}.")


def _values(attributes: Iterable[ReportedAttribute], path: Sequence[str]) -> Iterator[Value]:
    """Everything that stands under a heading, wherever it is repeated above."""
    for one in attributes:
        if one.id == path[0]:
            yield from _values(one.children, path[1:]) if len(path) > 1 else one.values


def _cell(values: Sequence[Value], heading: _Heading) -> str:
    """Values side by side; each in quotes of its own when it could be taken apart, all of one value's languages too."""
    if heading.several and heading.languages:
        return _INNER.join(_quoted(_localised(v)) for v in values)
    if heading.languages:
        return _INNER.join(_localised(v) for v in values)
    texts = [v for v in values if isinstance(v, str)]
    return _INNER.join(_guarded(t) for t in texts) if heading.several else "".join(texts)


def _localised(value: Value) -> str:
    if isinstance(value, str):
        return _guarded(value)
    return _INNER.join(f"{code}:{_guarded(text)}" for code, text in value.items())


def _guarded(text: str) -> str:
    return _quoted(text) if any(sign in text for sign in (_INNER, ",", '"', "\n", "\r")) else text


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _period(report: Report) -> tuple[str, str]:
    return report.set.reporting_begin, report.set.reporting_end


def _line(cells: Iterable[str]) -> bytes:
    return (",".join(csv(c) for c in cells) + "\n").encode()

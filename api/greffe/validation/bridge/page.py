"""An answer as a table that can be sent: both figures, the steps between them, what stays open, what it was made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from greffe.catalogue.policies.bridge.concepts import CONCEPT
from greffe.catalogue.policies.bridge.read import Bridge
from greffe.catalogue.policies.bridge.series import CALENDAR
from greffe.validation.bridge.cells import Operand, Source
from greffe.validation.bridge.chains import DATE, EQUAL, EXPLAINED, OPEN, PARTLY, ROUNDING, Answer, Taken
from greffe.validation.bridge.figures import Figure, digits
from greffe.validation.bridge.pairs import Pair
from greffe.validation.bridge.words import WORDS, shown, word

# What is known of a definition, the least sure first; UNREAD: nobody has read it where its body says it.
SURE = ("unverified", "recalled", "inferred", "verified-secondary", "verified")
UNREAD = SURE[:3]
COLUMNS = ("line", "what", "value", "source", "date", "reason")
_NAME = re.compile(r'"[^"]+"|[A-Za-z]\w*')  # a published series in an expression, each of which is read once
Line = tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class Page:
    """What is needed to tell of answers in a language. `day`: on which it is told."""

    policy: Bridge
    sources: Mapping[str, Source]
    language: str
    day: str

    def title(self, pair: Pair) -> str:
        """What was asked: the label of a named pair, else the concept and the reference date."""
        if pair.named is not None:
            return pair.named.labels[self.language]
        concept = self.policy.words[CONCEPT][pair.a.of.concept][self.language]
        code = f" {pair.a.code}" if pair.a.code else ""
        return f"{concept}{code}, {self.date(pair.a.reference)}"

    @property
    def colon(self) -> str:
        """As the language sets it."""
        return "\u00a0: " if self.language == "fr" else ": "

    @property
    def semicolon(self) -> str:
        """Between two halves of a sentence."""
        return "\u00a0; " if self.language == "fr" else "; "

    def unit(self, rounding: Decimal) -> str:
        """A unit of rounding, in the digits in which it is declared."""
        return shown(Fraction(rounding), self.language, f"{rounding:f}")

    def date(self, reference: str) -> str:
        """A reference date as people of the language write it; a year stays a year."""
        year, _, day = reference.partition("-")
        if self.language != "fr" or not day:
            return reference
        return f"{day[3:]}/{day[:2]}/{year}" if len(day) == len("01-01") else reference

    def header(self) -> Line:
        """The titles of the columns."""
        line, what, value, source, date, reason = (word(c, self.language) for c in COLUMNS)
        return line, what, value, source, date, reason

    def lines(self, pair: Pair, found: Answer) -> tuple[Line, ...]:
        """The whole answer, a line each."""
        said = self.language
        chain, *others = found.chains or ((),)
        moved = shown(found.difference, said, signed=True)
        return (
            (word("question", said), self.title(pair), "", "", "", pair.name or pair.id),
            self._figure("first", found.a),
            *(self._step("step", t, found) for t in chain),
            *(self._step("other", t, found) for other in others for t in other),
            *(self._step("located", t, found) for t in found.located),
            *(self._step("untold", t, found) for t in found.untold),
            *self._open(found),
            self._figure("second", found.b),
            (word("difference", said), word("second_less_first", said), moved, "", "", ""),
            *self._differences(found),
            (word("result", said), self.sentence(found), word(found.state, said), "", "", ""),
            (word("generated", said), f"{word('from', said)} {self._made_of(found)}", "", "", self.date(self.day), ""),
        )

    def sentence(self, found: Answer) -> str:
        """The result in a sentence or two."""
        said = self.language
        difference, left = (shown(x, said, signed=True) for x in (found.difference, found.open))
        name = {EQUAL: "is_equal", EXPLAINED: "is_explained", PARTLY: "is_partly", OPEN: "is_open"}[found.state]
        if found.state == EXPLAINED and found.difference == 0 and len(found.chains[0]) == 1:
            name = "is_same_stock"
        elif found.state == EQUAL and found.differ:
            name = "is_equal_value"
        elif found.state == PARTLY and found.open == found.difference:
            name = "is_located" if found.remainder else "is_all_located"
        elif found.state == EXPLAINED and found.chains[0][-1].kind == ROUNDING:
            name = "is_rounded"
        where = shown(sum((t.amount for t in found.located), Fraction(0)), said, signed=True)
        rest = shown(found.remainder, said, signed=True)
        text = word(name, said, difference=difference, open=left, located=where, remainder=rest)
        if len(found.chains) > 1:
            name = "one_proof" if _one_proof(found) else "ambiguous"
            text += " " + word(name, said, count=str(len(found.chains)))
        return " ".join(
            t
            for t in (
                text,
                self._unbridged(found, same=name == "is_equal_value"),
                self._moves_nothing(found),
                self._tried(found),
                self._rests(found),
            )
            if t
        )

    def _rests(self, found: Answer) -> str:
        """Whether an explanation stands on definitions or steps that nobody has read: from memory or concluded."""
        weak = basis(found)
        if found.state not in (EXPLAINED, PARTLY) or not found.chains or weak not in UNREAD:
            return ""
        return word("rests", self.language, confidence=self.confidence(weak))

    def _tried(self, found: Answer) -> str:
        """Of rounded figures that stay open: which declared steps were tried, and by how much they and rounding miss."""
        said = self.language
        if found.missed is None:
            return ""
        reached = "tried_within" if found.missed == 0 else "tried_missed"
        if not found.untold:
            return word("rounding_missed", said, missed=shown(found.missed, said)) if found.missed else ""
        steps = ", ".join(
            f"{t.step.labels[said]} ({shown(t.amount, said, signed=True)})" for t in found.untold if t.step
        )
        return word(reached, said, steps=steps, missed=shown(found.missed, said))

    def _unbridged(self, found: Answer, *, same: bool) -> str:
        """In what two figures differ that no step bridges: said of equal values too, and of those that stay open."""
        # Of an equal pair everything is said: how it is rounded is part of what the one value may hide.
        dimensions = found.differ if found.state == EQUAL else found.unbridged
        if not dimensions or not (same or found.state in (PARTLY, OPEN)):
            return ""
        name = "same_unbridged" if same else "unbridged"
        if found.state == OPEN and found.a.computed.interval.meets(found.b.computed.interval):
            name = "rounding_no_cause"
        return word(name, self.language, dimensions=self._named(found, dimensions))

    def _moves_nothing(self, found: Answer) -> str:
        """In what the definitions of an explained pair differ besides what its steps are of."""
        if not found.moves_nothing:
            return ""
        return word("moves_nothing", self.language, dimensions=self._named(found, found.moves_nothing))

    def _named(self, found: Answer, dimensions: Sequence[str]) -> str:
        """Dimensions, each with what both figures are declared to be in it."""
        return ", ".join(
            f"{word(d, self.language)} ({self.definition(found.a, d)} / {self.definition(found.b, d)})"
            for d in dimensions
        )

    def verdict(self, found: Answer) -> str:
        """The state in words, with what an explained pair differs in that moves neither figure: for lists, which have no
        sentence."""
        said = self.language
        besides = ", ".join(word(d, said) for d in found.moves_nothing)
        return word(found.state, said) + (f" ({word('moves_none', said)}{self.colon}{besides})" if besides else "")

    def figure_label(self, figure: Figure) -> str:
        """What a figure is, and whether it was computed here."""
        bodies = ", ".join(dict.fromkeys(o.series.body for o in operands(figure)))
        made = self.calculation(figure.of.text, operands(figure))
        computed = f" ({word('computed', self.language)}{self.colon}{made})" if not figure.as_published else ""
        invented = f" {word('synthetic', self.language)}" if figure.origin != "real" else ""
        return f"{bodies}{self.colon}{figure.of.labels[self.language]}{computed}{invented}"

    def calculation(self, text: str, read: Sequence[Operand]) -> str:
        """An expression with the values that it read in the place of their names: `51,766 + 12,237`."""
        values = iter(shown(o.cell.value, self.language, digits(o.cell.text)) for o in read)
        told = _NAME.sub(lambda found: next(values, found[0]), text)
        return told.replace("*", "×").replace("/", "÷").replace("-", "−")

    def step_label(self, taken: Taken) -> str:
        """What a step does."""
        if taken.step is None:
            return word(taken.kind, self.language)
        label = f"{word(taken.kind, self.language)}{self.colon}{taken.step.labels[self.language]}"
        of = (*taken.computed.above, *taken.computed.below) if taken.computed else ()
        return f"{label} ({self.calculation(taken.step.text, of)})" if len(of) > 1 else label

    def step_reason(self, taken: Taken, found: Answer) -> str:
        """Why a step holds."""
        said = self.language
        if taken.step is not None:
            sure = f"{word('confidence', said)}{self.colon}{self.confidence(taken.step.confidence)}"
            leaning = self._leaning(taken, found)
            return self.semicolon.join(t for t in (taken.step.reasons[said], taken.step.reference, sure, leaning) if t)
        if taken.kind == DATE:
            a, b = found.a, found.b
            told = word("one_date", said, date=self.date(a.reference), a=a.period, b=b.period)
            return self.semicolon.join(dict.fromkeys((told, *self._dated(a), *self._dated(b))))
        return word("rounded", said, units=", ".join(self._units(found)))

    def _leaning(self, taken: Taken, found: Answer) -> str:
        """Of a step that reads one of the two figures: which, and by which series."""
        if taken.computed is None or taken not in found.located:
            return ""
        told = []
        for name, figure in (("first", found.a), ("second", found.b)):
            own = figure.computed.read
            routes = [o for o in (*taken.computed.above, *taken.computed.below) if o.figure in own]
            told += [(name, self.operand(o)) for o in routes]
        said = self.semicolon.join(
            f"{word(name, self.language).lower()}{self.colon}{where}" for name, where in dict.fromkeys(told)
        )
        return word("leans", self.language, routes=said) if said else ""

    def _dated(self, figure: Figure) -> Iterator[str]:
        """Why the day behind a period is that one, where a calendar says so."""
        for operand in figure.computed.above:
            calendar = self.policy.dates.get(operand.series.date.removeprefix(CALENDAR), {})
            if operand.cell.period in calendar:
                dated = calendar[operand.cell.period]
                sure = f"{word('confidence', self.language)}{self.colon}{self.confidence(dated.confidence)}"
                because = (dated.reasons[self.language], dated.reference, sure)
                yield f"{operand.series.body} {operand.cell.period}{self.colon}{', '.join(t for t in because if t)}"

    def confidence(self, name: str) -> str:
        """How sure it is, in a word; one that is not known here stays as it is written."""
        return word(name, self.language) if name in WORDS else name

    def _units(self, found: Answer) -> Iterator[str]:
        for operand in dict.fromkeys((*operands(found.a), *operands(found.b))):
            unit = operand.series.rounding
            if unit is not None:
                yield word("to", self.language, name=operand.cell.key, unit=self.unit(unit))

    def operand(self, operand: Operand) -> str:
        """Where a cell stands."""
        cell = operand.cell
        key = f"«\u00a0{cell.key}\u00a0»" if self.language == "fr" else f"“{cell.key}”"
        texts = (cell.body, cell.dataset, key, cell.period, cell.note)
        return ", ".join(t for t in texts if t)

    def _figure(self, name: str, figure: Figure) -> Line:
        value = shown(figure.value, self.language, figure.as_published)
        where = self.semicolon.join(self.operand(o) for o in operands(figure))
        labelled = f"{word('labelled', self.language)} {figure.period}" if figure.period != figure.reference else ""
        what = self.figure_label(figure)
        sure = f"{word('definition', self.language)}{self.colon}{self.confidence(figure.of.confidence)}"
        reason = self.semicolon.join(t for t in (labelled, sure) if t)
        return word(name, self.language), what, value, where, self.date(figure.reference), reason

    def _step(self, name: str, taken: Taken, found: Answer) -> Line:
        of = (*taken.computed.above, *taken.computed.below) if taken.computed else ()
        amount = shown(taken.amount, self.language, signed=True)
        where = self.semicolon.join(
            f"{self.operand(o)} = {shown(o.cell.value, self.language, digits(o.cell.text))}" for o in of
        )
        return word(name, self.language), self.step_label(taken), amount, where, "", self.step_reason(taken, found)

    def _open(self, found: Answer) -> Iterator[Line]:
        """What has no known cause, as the result says it; of what is only located, the two parts of it."""
        if found.remainder or found.located:
            said = self.language
            amount, rest = (shown(x, said, signed=True) for x in (found.open, found.remainder))
            where = shown(sum((t.amount for t in found.located), Fraction(0)), said, signed=True)
            parts = word("open_parts", said, located=where, remainder=rest) if found.located else ""
            yield word("remainder", said), word("remaining", said), amount, "", "", parts

    def _differences(self, found: Answer) -> Iterator[Line]:
        for dimension in found.differ:
            a, b = self.definition(found.a, dimension), self.definition(found.b, dimension)
            besides = f"{self.semicolon}{word('moves_none', self.language)}" if dimension in found.moves_nothing else ""
            yield word("differ", self.language), word(dimension, self.language), "", "", "", f"{a} / {b}{besides}"

    def definition(self, figure: Figure, dimension: str) -> str:
        """What a figure is declared to be in a dimension."""
        if dimension == DATE:
            return f"{figure.period} = {self.date(figure.reference)}"
        if dimension == ROUNDING:
            units = [self.unit(o.series.rounding) for o in operands(figure) if o.series.rounding is not None]
            return ", ".join(dict.fromkeys(units)) or word("exact", self.language)
        return self.policy.words[dimension][figure.of.definition[dimension]][self.language]

    def _made_of(self, found: Answer) -> str:
        steps = [t for chain in (*found.chains, found.located, found.untold) for t in chain if t.computed]
        read = [*operands(found.a), *operands(found.b)]
        read += [o for t in steps if t.computed for o in (*t.computed.above, *t.computed.below)]
        names = dict.fromkeys(o.cell.source for o in read)
        return self.semicolon.join(self._source(self.sources[n]) for n in names if n in self.sources)

    def _source(self, source: Source) -> str:
        word_ = word("effective" if "#" in source.id else "retrieved", self.language)
        return f"{source.id} ({word_} {self.date(source.dated)})"


def basis(found: Answer) -> str:
    """The least sure of what an answer stands on: the definitions of both figures and its steps."""
    steps = [t.step.confidence for chain in found.chains for t in chain if t.step is not None]
    said = [found.a.of.confidence, found.b.of.confidence, *steps]
    return min(said, key=lambda c: SURE.index(c) if c in SURE else 0)


def _one_proof(found: Answer) -> bool:
    """Whether all chains read the same figures, by several routes."""
    read = {frozenset(f for t in chain if t.computed for f in t.computed.read) for chain in found.chains}
    return len(read) == 1


def operands(figure: Figure) -> tuple[Operand, ...]:
    """The cells that a figure was made of."""
    return (*figure.computed.above, *figure.computed.below)

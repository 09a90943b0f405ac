"""The mapping, row by row in plain Python: slow, obviously right, what `greffe.mapping` is held against.

It reads the same structure maps and shares no code with the engine: rules are tried one after the other, numbers are
fractions, results are dictionaries keyed by the target dimensions and the period.
"""

import calendar as almanac
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from small_maps import TARGET_DIMENSIONS

NEEDED = {*TARGET_DIMENSIONS, "TIME_PERIOD", "OBS_STATUS", "CONF_STATUS", "TERRITORY"}
ORDER = ["Q", "L", "M", "O", "B", "D", "E", "P", "U", "A"]
PLAIN = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?"


@dataclass
class Observation:
    """A target observation; `parts` are the rows it was made of in the end: ("source" or "people", number)."""

    value: Fraction | None
    text: str | None
    attributes: dict
    origin: str = "mapped"
    parts: frozenset = frozenset()


@dataclass
class Result:
    """Observations by key; unmapped rows by component, codes, indicator, row_id; findings as (rule, severity, key)."""

    observations: dict = field(default_factory=dict)
    unmapped: dict = field(default_factory=lambda: defaultdict(list))
    findings: set = field(default_factory=set)


def run(map_, rows, people, decimals=2):
    """Map text rows (see small_maps.rows_of) and calculate."""
    result = Result()
    groups = defaultdict(list)
    for row in rows:
        if all(row[c] in codes for c, codes in map_.select.items()):
            target = map_row(map_, row, result)
            if target is not None:
                groups[tuple(target[d] for d in (*TARGET_DIMENSIONS, "TIME_PERIOD"))].append((row, target))
    for key, parts in groups.items():
        summed(map_, key, parts, result, decimals)
    not_provided(map_, {key[-1] for key in groups}, result)
    for calculation in map_.calculations:
        calculate(map_, calculation, result, people, decimals)
    for component, codes in map_.working.items():
        place = TARGET_DIMENSIONS.index(component)
        for key in [k for k in result.observations if k[place] in codes]:
            del result.observations[key]
    return result


def not_provided(map_, yielded, result):
    """Published cells without a value, one for each period that the map yields."""
    for one in map_.not_provided:
        for period in (one.periods or yielded) if one.publish else ():
            cells = {**map_.fixed, **one.cells, "TIME_PERIOD": period}
            key = tuple(cells[d] for d in (*TARGET_DIMENSIONS, "TIME_PERIOD"))
            if key in result.observations:
                result.findings.add(("SM-21", "error", key))
                continue
            attributes = {
                "OBS_STATUS": {"not-available": "L", "not-applicable": "M"}[one.kind],
                "CONF_STATUS": "F",
                "COMMENT_OBS": one.reason,
                "TERRITORY": one.cells.get("TERRITORY", map_.select["TERRITOIRE"][0]),
                "DATA_ORIGIN": None,
                "FOOTNOTE": None,
            }
            result.observations[key] = Observation(None, None, attributes, "not_provided")


# --- one row ---------------------------------------------------------------------------------------------------------


def map_row(map_, row, result):
    """The target components of a row, or None when it has none; it is then noted once."""
    target, declared, failed = dict(map_.fixed), [], []
    for component in map_.components:
        values = [row[s] for s in component.sources]
        if component.map is None:
            found = values if values != [""] else None
            needs = component.targets[0] in NEEDED
            because = None
        else:
            because, found = first_match(component.map.rows, values, row["TIME_PERIOD"])
            needs = bool(NEEDED & set(component.targets))
            if found and any(t in NEEDED and not v for t, v in zip(component.targets, found, strict=True)):
                found = None
        if found is not None:
            target |= {t: v for t, v in zip(component.targets, found, strict=True) if v}
        elif needs:
            (declared if because and not because.has_target else failed).append((component, because))
    for name in dict.fromkeys(rule.target for rule in map_.times):
        component, period = timed(map_, name, row, target)
        if period:
            target[name] = period
        else:
            failed.append((component, None))
    for component, because in declared + failed:
        codes = tuple((s, row[s]) for s in component.sources)
        decided = because.row_id if because else ""
        result.unmapped[",".join(component.targets), codes, row["INDICATEUR"], decided].append(row)
        return None
    return target


@dataclass
class Timed:
    """The time rules of one target, as `map_row` reports a component."""

    sources: tuple
    targets: tuple


def timed(map_, name, row, target):
    """The period that the first time rule makes of the row, or None. The frequency stands in the target already."""
    times = [rule for rule in map_.times if rule.target == name]
    sources = dict.fromkeys(rule.source for rule in times)
    for rule in times:
        for component in map_.components:
            if rule.frequency_dimension and rule.frequency_dimension in component.targets:
                sources |= dict.fromkeys(component.sources)
    for rule in times:
        frequency = rule.frequency or target.get(rule.frequency_dimension)
        first_last = stretch(rule, row[rule.source])
        if first_last and frequency in ("A", "Q", "M"):
            first, last = first_last
            middle = first + (last - first) // 2
            day = {"startOfPeriod": first, "midPeriod": middle, "endOfPeriod": last}[rule.resolve]
            break
    else:
        return Timed(tuple(sources), (name,)), None
    if frequency == "M":
        written = f"{day.year}-M{day.month:02}" if map_.frequency_formats else f"{day.year}-{day.month:02}"
    else:
        written = f"{day.year}" if frequency == "A" else f"{day.year}-Q{(day.month + 2) // 3}"
    return Timed(tuple(sources), (name,)), written


MONTHS = ["", "janvier", "février", "mars", "avril"]


def stretch(rule, value):
    """First and last day that a value of the tests names, or None; the four patterns they use are read by hand."""
    if rule.kind == "epoch":
        day = date(1970, 1, 1) + timedelta(int(value)) if re.fullmatch("-?[0-9]+", value) else None
        return day and (day, day)
    form = {
        "dd/MM/yyyy": r"(..)/(..)/(\d{4})",
        "yyyy": r"(\d{4})",
        "yyyy-Qn": r"(\d{4})-Q(\d)",
        "MMMM yyyy": r"(\S+) (\d{4})",
    }
    found = re.fullmatch(form[rule.pattern], value)
    if not found:
        return None
    if rule.pattern == "dd/MM/yyyy":
        try:
            day = date(int(found[3]), int(found[2]), int(found[1]))
        except ValueError:
            return None
        return day, day
    if rule.pattern == "MMMM yyyy":
        month = MONTHS.index(found[1])
        return date(int(found[2]), month, 1), date(int(found[2]), month, almanac.monthrange(int(found[2]), month)[1])
    first, last = days(value)
    return date.fromisoformat(first), date.fromisoformat(last)


def first_match(rows, values, period):
    """The first row in order whose every value matches and whose validity holds the whole period; its targets."""
    for row in rows:
        groups = []
        for source, value in zip(row.sources, values, strict=True):
            if source.match == "exact":
                fits = source.value == value
            elif source.match == "substring":
                fits = "".join(c for n, c in enumerate(value, 1) if source.start <= n <= source.end) == source.value
            else:
                match = re.match(f"(?:{source.value})\\Z", value)
                fits = match is not None
                groups += [g or "" for g in match.groups()] if match else []
            if not fits:
                break
        else:
            first, last = days(period)
            if (not row.valid_from or row.valid_from <= first) and (not row.valid_to or last <= row.valid_to):
                if not row.has_target:
                    return row, None
                return row, [filled(t, groups) for t in row.targets]
    return None, None


def filled(target, groups):
    """Group references of the form backslash and one digit."""
    for number, group in enumerate(groups, 1):
        target = target.replace(f"\\{number}", group)
    return target


def days(period):
    """First and last day of a year or a quarter, as ISO text."""
    year, _, quarter = period.partition("-Q")
    first = {"": "01-01", "1": "01-01", "2": "04-01", "3": "07-01", "4": "10-01"}[quarter]
    last = {"": "12-31", "1": "03-31", "2": "06-30", "3": "09-30", "4": "12-31"}[quarter]
    return f"{year}-{first}", f"{year}-{last}"


# --- one key ---------------------------------------------------------------------------------------------------------


def number(row):
    """The value of a source row."""
    return Fraction(row["OBS_VALUE"]) if row["OBS_VALUE"] else None


def places(text):
    """Digits after the point."""
    return len(text.partition(".")[2])


def shown(value, digits):
    """A fraction that has at most that many decimals, with exactly that many."""
    units = value * 10**digits
    assert units.denominator == 1
    sign, whole = "-" if units < 0 else "", str(abs(units.numerator)).rjust(digits + 1, "0")
    return sign + (f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole)


def strongest(statuses):
    """By precedence."""
    return min(statuses, key=ORDER.index)


def confidential(codes):
    """Anything but F wins, the first in the alphabet among several."""
    return min([c for c in codes if c != "F"] or codes)


def summed(map_, key, parts, result, decimals):
    """One observation from the rows of a key, or an error."""
    rows = [row for row, _ in parts]
    targets = [target for _, target in parts]
    if len(parts) > 1 and not declared(map_, rows):
        result.findings.add(("SM-21", "error", key))
        return
    if len({t["TERRITORY"] for t in targets}) > 1:
        result.findings.add(("QR-TYP-02", "error", key))
        return
    values = [number(row) for row in rows]
    missing = [t for t, v in zip(targets, values, strict=True) if v is None]
    value = None if missing else sum(values)
    if value is not None and (value * 10**decimals).denominator != 1:
        result.findings.add(("QR-FMT-10", "error", key))
        return
    text = None
    if value is not None:
        text = rows[0]["OBS_VALUE"] if len(rows) == 1 else shown(value, max(places(r["OBS_VALUE"]) for r in rows))
    status = strongest([t["OBS_STATUS"] for t in (missing or targets)])
    if missing and len(rows) > 1 and status not in ("Q", "L", "M", "O"):
        status = "O"
    comments = []
    notes = {t.get("COMMENT_OBS") for t in targets} - {None}
    comments += list(notes) if len(notes) == 1 else []
    reasons = flag_reasons(map_, rows, targets) if value is not None else []
    if reasons and status in ("A", "P", "E"):
        status = "D"
    comments += reasons
    if missing and len(rows) > 1:
        comments.append(f"{len(missing)} of {len(rows)} parts missing")
    footnotes = {t.get("FOOTNOTE") for t in targets} - {None}
    if len(footnotes) > 1 or len(notes) > 1:
        result.findings.add(("SM-22", "warning", key))
    result.observations[key] = Observation(
        value,
        text,
        {
            "OBS_STATUS": status,
            "CONF_STATUS": confidential([t["CONF_STATUS"] for t in targets]),
            "COMMENT_OBS": "; ".join(comments) or None,
            "TERRITORY": targets[0]["TERRITORY"],
            "DATA_ORIGIN": None,
            "FOOTNOTE": next(iter(footnotes)) if len(footnotes) == 1 else None,
        },
        parts=frozenset(("source", row["row"]) for row in rows),
    )


def declared(map_, rows):
    """Rows differ in declared dimensions, in those alone, and every two of them do."""
    if map_.aggregate is None:
        return False
    dims = ("FREQ", "INDICATEUR", "TERRITOIRE", "SEXE", "AGE", "GEO", "TIME_PERIOD")
    over = [d for d in dims if d in map_.aggregate.over]
    rest = [d for d in dims if d not in map_.aggregate.over]
    return len({tuple(r[d] for d in rest) for r in rows}) == 1 and len(
        {tuple(r[d] for d in over) for r in rows}
    ) == len(rows)


def flag_reasons(map_, rows, targets):
    """Reasons of the flag D that concern one of the rows, in the order of the map, each once."""
    found = {}
    for type_ in map_.types:
        for conversion in type_.conversions:
            for row, target in zip(rows, targets, strict=True):
                indicator = not conversion.indicators or row["INDICATEUR"] in conversion.indicators
                if indicator and all(target.get(c) == code for c, code in type_.cells.items()):
                    found[conversion.reason] = True
    order = dict.fromkeys(c.reason for t in map_.types for c in t.conversions)
    return [reason for reason in order if reason in found]


# --- calculations ----------------------------------------------------------------------------------------------------


def calculate(map_, calculation, result, people, decimals):
    """Run one calculation on what is there, then add its results."""
    there = [
        (dict(zip((*TARGET_DIMENSIONS, "TIME_PERIOD"), key, strict=True)), o) for key, o in result.observations.items()
    ]
    read = [(k, o) for k, o in there if all((k | o.attributes)[c] in codes for c, codes in calculation.where.items())]
    made = defaultdict(list)
    for key, observation in globals()[calculation.kind](map_, calculation, read, there, people, result, decimals):
        made[tuple(key[d] for d in (*TARGET_DIMENSIONS, "TIME_PERIOD"))].append(observation)
    for key, found in made.items():
        good = [o for o in found if isinstance(o, Observation)]
        for fault in found:
            if fault not in good:
                result.findings.add((fault or "QR-TYP-02", "error", key))
        if good and (len(found) > 1 or key in result.observations):
            result.findings.add(("SM-21", "error", key))
        elif good:
            result.observations[key] = good[0]


def rounded(value, decimals):
    """Half away from zero."""
    units = abs(value) * 10**decimals
    whole = units.numerator // units.denominator
    if units - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole, 10**decimals) * (-1 if value < 0 else 1)


def grouped(calculation, read, names, compute, decimals):
    """Total and formula: observations that differ in `over` alone."""
    groups = defaultdict(dict)
    for key, observation in read:
        if key[calculation.over] in names:
            rest = tuple((d, c) for d, c in key.items() if d != calculation.over)
            groups[rest][key[calculation.over]] = observation
    for rest, operands in groups.items():
        key = dict(rest) | calculation.set
        if len({o.attributes["TERRITORY"] for o in operands.values()}) > 1:
            yield key, None
            continue
        absent = [n for n in names if n not in operands or operands[n].value is None]
        value = None if absent else compute({n: operands[n].value for n in names})
        ordered = [operands[n] for n in names if n in operands]
        digits = max(min(places(o.text), decimals) for o in ordered if o.text) if value is not None else 0
        if value is not None and calculation.decimals is not None:
            digits, value = calculation.decimals, rounded(value, calculation.decimals)
        yield key, computed(calculation, ordered, value, digits, absent)


def computed(calculation, operands, value, digits, absent, extra=(), without=(), carried=False):
    """A result with the status, comment and attributes that follow from its operands."""
    statuses = [o.attributes["OBS_STATUS"] for o in operands]
    missing = [o.attributes["OBS_STATUS"] for o in operands if o.value is None] + list(without)
    comments = list(dict.fromkeys(o.attributes["COMMENT_OBS"] for o in operands if o.attributes["COMMENT_OBS"]))
    if value is not None:
        status = calculation.status or strongest(statuses + list(extra))
        comments += [calculation.reason] if calculation.status and calculation.reason else []
    elif carried:
        known = [s for s in missing if s in ("Q", "L", "M", "O")]
        status = strongest(known) if known else "O"
    elif absent:
        known = [s for s in missing if s in ("Q", "L", "M", "O")]
        status = strongest(known) if known else "O"
        comments.append(f"not computed: {', '.join(absent)} missing")
    else:
        status = "M"
        comments.append("not computed: division by zero")
    footnotes = {o.attributes["FOOTNOTE"] for o in operands} - {None}
    attributes = {
        "OBS_STATUS": status,
        "CONF_STATUS": confidential([o.attributes["CONF_STATUS"] for o in operands]),
        "COMMENT_OBS": "; ".join(comments) or None,
        "TERRITORY": operands[0].attributes["TERRITORY"],
        "DATA_ORIGIN": None,
        "FOOTNOTE": next(iter(footnotes)) if len(footnotes) == 1 else None,
    }
    text = None if value is None else shown(value, digits)
    parts = frozenset().union(*(o.parts for o in operands))
    return Observation(value, text, attributes, calculation.id, parts)


def total(map_, calculation, read, there, people, result, decimals):
    """The sum of exactly the parts."""
    return grouped(calculation, read, calculation.parts, lambda v: sum(v.values()), decimals)


def complement(map_, calculation, read, there, people, result, decimals):
    """The whole less exactly the parts."""
    names = (calculation.whole, *calculation.parts)
    return grouped(calculation, read, names, lambda v: 2 * v[calculation.whole] - sum(v.values()), decimals)


def split(map_, calculation, read, there, people, result, decimals):
    """Every unit is given on its own: to the code that is furthest below its exact share."""
    for key, o in read:
        if key[calculation.over] != calculation.whole:
            continue
        units = None if o.value is None else abs(o.value) * 10**calculation.decimals
        if units is not None and units.denominator != 1:
            for code in calculation.weights:
                yield key | calculation.set | {calculation.over: code}, "QR-FMT-10"
            continue
        given = {} if units is None else {c: (units * w).__floor__() for c, w in calculation.weights.items()}
        for _ in range(int(units - sum(given.values())) if given else 0):
            most = max(calculation.weights, key=lambda c: units * calculation.weights[c] - given[c])
            given[most] += 1
        for code in calculation.weights:
            value = (
                None if units is None else Fraction(given[code], 10**calculation.decimals) * (-1 if o.value < 0 else 1)
            )
            made = computed(calculation, [o], value, calculation.decimals, [], carried=True)
            yield key | calculation.set | {calculation.over: code}, made


def convert(map_, calculation, read, there, people, result, decimals):
    """The value times the factor."""
    for key, o in read:
        value, digits = None, 0
        if o.value is not None:
            value = o.value * calculation.factor
            digits = min(places(o.text), decimals)
            if calculation.decimals is not None:
                value, digits = rounded(value, calculation.decimals), calculation.decimals
        yield key | calculation.set, computed(calculation, [o], value, digits, [], carried=True)


PARTS = {
    ("Q", "A"): lambda y: [f"{y}-Q{n}" for n in (1, 2, 3, 4)],
    ("S", "A"): lambda y: [f"{y}-S{n}" for n in (1, 2)],
    ("Q", "S"): lambda p: {"1": [f"{p[:4]}-Q1", f"{p[:4]}-Q2"], "2": [f"{p[:4]}-Q3", f"{p[:4]}-Q4"]}[p[-1]],
}
LONGER = {"A": ["{}"], "S": ["{}-S1", "{}-S2"]}


def calendar(map_, calculation, read, there, people, result, decimals):
    """Every longer period of every year, looked for part by part."""
    dims = list(TARGET_DIMENSIONS)
    periods = sorted({form.format(k["TIME_PERIOD"][:4]) for k, _ in read for form in LONGER[calculation.to]})
    for rest in dict.fromkeys(tuple(k[d] for d in dims) for k, _ in read):
        for period in periods:
            names = PARTS[calculation.from_, calculation.to](period)
            count = len(names)
            if calculation.method in ("first", "last"):
                names = [names[0 if calculation.method == "first" else -1]]
            found = {
                k["TIME_PERIOD"]: o for k, o in read if tuple(k[d] for d in dims) == rest and k["TIME_PERIOD"] in names
            }
            if not found:
                continue
            key = dict(zip(dims, rest, strict=True)) | {"TIME_PERIOD": period} | calculation.set
            if len({o.attributes["TERRITORY"] for o in found.values()}) > 1:
                yield key, None
                continue
            valued = {n: found[n].value for n in names if n in found and found[n].value is not None}
            absent = [n for n in names if n not in valued]
            ordered = [found[n] for n in names if n in found]
            few = absent and calculation.least and len(valued) >= calculation.least
            value, digits = None, 0
            if few or not absent:
                value = sum(valued.values())
                digits = max(min(places(o.text), decimals) for o in ordered if o.text)
                if calculation.method == "mean":
                    value, digits = rounded(value / len(valued), calculation.decimals), calculation.decimals
            made = computed(calculation, ordered, value, digits, absent, ["E"] if few else [])
            if few:
                note = f"mean of {len(valued)} of {count} periods: {calculation.reason}"
                made.attributes["COMMENT_OBS"] = "; ".join(filter(None, [made.attributes["COMMENT_OBS"], note]))
            yield key, made


def formula(map_, calculation, read, there, people, result, decimals):
    """Python's own arithmetic on fractions; literals of the tests are whole numbers."""
    names = list(dict.fromkeys(re.findall(r"[A-Za-z]\w*", calculation.expression)))
    code = compile(re.sub(r"\b(\d+)\b", r"F(\1)", calculation.expression), "expression", "eval")
    above = re.findall(r"[A-Za-z]\w*", calculation.expression.partition("/")[0])
    names = list(dict.fromkeys([*above, *names]))

    def compute(values):
        try:
            return eval(code, {"F": Fraction}, values)
        except ZeroDivisionError:
            return None

    return grouped(calculation, read, names, compute, decimals)


def rate(map_, calculation, read, there, people, result, decimals):
    """Each observation over the population of its period and field."""
    population = calculation.population
    chosen = defaultdict(list)
    for row in people:
        selected = all(row[c] in codes for c, codes in population.select.items())
        if selected and row["TERRITOIRE"] == population.territory:
            chosen[row["TIME_PERIOD"]].append(row)
    for period, rows in chosen.items():
        if len(rows) > 1:
            result.findings.add(("SM-21", "error", period))
    without = set()
    for key, o in read:
        period = key["TIME_PERIOD"]
        target = key | calculation.set
        if o.attributes["TERRITORY"] != population.territory:
            yield target, None
            continue
        rows = chosen[period]
        row = rows[0] if len(rows) == 1 else None
        below = number(row) if row else None
        status = statuses_of(map_, row["STATUT"]) if row else []
        absent = ["the count"] if o.value is None else [f"the population of {period}"] if below is None else []
        if below is None:
            without.add(period)
        value = None if absent or below == 0 else rounded(o.value / below * calculation.factor, calculation.decimals)
        lost = status if below is None and o.value is not None else ()
        made = computed(calculation, [o], value, calculation.decimals, absent, status, lost)
        made.parts |= {("people", row["row"])} if row else set()
        yield target, made
    result.without = without


def statuses_of(map_, internal):
    """What the map makes of an internal status."""
    for component in map_.components:
        if component.targets == ("OBS_STATUS",):
            _, found = first_match(component.map.rows, [internal], "2023")
            return found or []
    return []


def lag(map_, calculation, read, there, people, result, decimals):
    """The observation of earlier years, where the cells beside the result have one."""
    for key, o in read:
        later = {**key, "TIME_PERIOD": f"{int(key['TIME_PERIOD'][:4]) + calculation.years}{key['TIME_PERIOD'][4:]}"}
        beside = [k for k, _ in there if all(k[d] == later[d] for d in later if d not in calculation.set)]
        if beside:
            attributes = dict(o.attributes)
            if calculation.status and o.value is not None:
                attributes["OBS_STATUS"] = calculation.status
            yield later | calculation.set, Observation(o.value, o.text, attributes, calculation.id, o.parts)

"""What a recipient's structures would break: theirs against ours, component by component and code by code.

An error is what would stop what we send: a code that we use and they have no more, a mandatory component that we do not
fill. A warning is what would be lost or must be looked at, an information what is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from greffe.catalogue.received_shapes import Shape
from greffe.errors import nearest, numbered
from greffe.model.findings import ERROR, INFO, WARNING, Finding
from greffe.model.references import Urn
from greffe.model.structures import Codelist, Component, Representation
from greffe.validation.structural.sides import OURS_ALONE, Side, Used
from greffe.validation.structural.words import (
    CODE,
    CONSTRAINT,
    LABEL,
    MISSING,
    ORDER,
    REPRESENTATION,
    UNDECLARED,
    said,
)


def breaks(mine: Side, theirs: Side, used: Used) -> tuple[Finding, ...]:
    """Everything that differs, in the order of components, then of codes."""
    return (
        *_components(mine, theirs),
        *_lists(mine, theirs, used),
        *_constraints(mine, theirs, used),
        *_ranges(mine, theirs),
        *_limits(theirs),
    )


def _components(mine: Side, theirs: Side) -> Iterator[Finding]:
    if mine.structure is None or theirs.structure is None:
        return
    known = [c.id for c in theirs.structure.components]
    for component in mine.structure.components:
        other = theirs.component(component.id)
        if other is None:
            if component.id not in OURS_ALONE:
                near = nearest(component.id, known)
                yield said(
                    UNDECLARED, f"{component.id} is {_A[component.role]} of ours and none of theirs.{_near(near)}",
                    f"{component.id} est chez nous ({_ROLE[component.role]}) et n’est pas chez eux.{_near_fr(near)}",
                    component=component.id,
                )  # fmt: skip
        else:
            yield from _component(component, other)
    for other in theirs.structure.components:
        if mine.component(other.id) is None:
            needed = other.role in ("dimension", "time") or other.mandatory
            yield said(
                MISSING if needed else UNDECLARED,
                f"{other.id}, a new {'mandatory ' if needed and other.role == 'attribute' else ''}{other.role} of theirs, "
                "is none of ours.",
                f"{other.id}, nouveau chez eux ({_ROLE[other.role]}{', obligatoire' if needed else ''}), n’est pas chez "
                "nous.",
                ERROR if needed else INFO,
                component=other.id,
            )
    before, after = mine.structure.dimension_ids, theirs.structure.dimension_ids
    kept = [d for d in before if d in after]
    if kept != [d for d in after if d in before]:
        yield said(ORDER, f"{', '.join(after)}; ours is {', '.join(before)}.",
                   f"{', '.join(after)} ; le nôtre est {', '.join(before)}.")  # fmt: skip


_ROLE = {"dimension": "dimension", "time": "temps", "measure": "mesure", "attribute": "attribut"}
_A = {"dimension": "a dimension", "time": "the time", "measure": "a measure", "attribute": "an attribute"}


def _component(mine: Component, other: Component) -> Iterator[Finding]:
    id_ = mine.id
    if mine.role != other.role:
        yield said(REPRESENTATION, f"{id_} is {_A[other.role]} of theirs, {_A[mine.role]} of ours.",
                   f"{id_} est chez eux {_ROLE[other.role]}, chez nous {_ROLE[mine.role]}.", component=id_)  # fmt: skip
        return
    if mine.concept != other.concept and _another(mine.concept, other.concept):
        yield said(REPRESENTATION, f"{id_} is the concept {_concept(other.concept)}; ours is {_concept(mine.concept)}.",
                   f"{id_} est le concept {_concept(other.concept)} ; le nôtre est {_concept(mine.concept)}.", WARNING,
                   component=id_)  # fmt: skip
    if other.role in ("attribute", "measure") and other.mandatory and not mine.mandatory:
        yield said(MISSING, f"{id_} is mandatory now; ours may be empty.",
                   f"{id_} est obligatoire désormais ; le nôtre peut être vide.", component=id_)  # fmt: skip
    if other.role == "attribute" and set(mine.relationship) != set(other.relationship):
        yield said(REPRESENTATION, f"{id_} hangs on {_hung(other)}; ours on {_hung(mine)}.",
                   f"{id_} dépend de {_hung(other)} ; le nôtre de {_hung(mine)}.", WARNING, component=id_)  # fmt: skip
    ours, theirs = mine.representation, other.representation
    if (ours.enumeration is None) != (theirs.enumeration is None):
        coded = theirs.enumeration is not None
        yield said(REPRESENTATION, f"{id_} is {'coded' if coded else 'text'} now.",
                   f"{id_} est {'codé' if coded else 'du texte'} désormais.", ERROR if coded else WARNING,
                   component=id_)  # fmt: skip
    elif ours.enumeration is None and ours.text_type != theirs.text_type:
        yield said(REPRESENTATION, f"{id_} is {theirs.text_type}; ours is {ours.text_type}.",
                   f"{id_} est {theirs.text_type} ; le nôtre est {ours.text_type}.", component=id_)  # fmt: skip
    yield from _facets(id_, ours, theirs)
    if isinstance(theirs, Shape):
        yield from _many(id_, theirs)


def _another(mine: Urn, other: Urn) -> bool:
    """Whether a concept is another one: our schemes are not theirs (D7), so that only ids are compared between agencies."""
    here = mine.reference.agency == other.reference.agency
    return mine.item != other.item or (here and mine.reference.id != other.reference.id)


def _concept(concept: Urn) -> str:
    return f"{concept.reference.agency}:{concept.reference.id}.{concept.item}"


def _facets(id_: str, ours: Representation, theirs: Representation) -> Iterator[Finding]:
    """Facets that leave less than ours do."""
    decimals = ours.decimals or 0
    shorter = theirs.max_length is not None and (ours.max_length is None or theirs.max_length < ours.max_length)
    asked: list[tuple[str, object, object, bool]] = [
        ("decimals", decimals, theirs.decimals, theirs.decimals is not None and theirs.decimals < decimals),
        ("maxLength", ours.max_length, theirs.max_length, shorter),
        ("pattern", ours.pattern, theirs.pattern, bool(theirs.pattern) and theirs.pattern != ours.pattern),
    ]
    if isinstance(theirs, Shape) and theirs.enumeration is None:
        step = f"P{theirs.step[0]}M" if theirs.step[0] else f"P{theirs.step[1]}D"
        more = {
            "minLength": theirs.min_length, "minValue": theirs.min_value, "maxValue": theirs.max_value,
            "startValue": theirs.start_value, "interval": theirs.interval, "endValue": theirs.end_value,
            "startTime": theirs.start_time, "endTime": theirs.end_time, "timeInterval": step if any(theirs.step) else "",
        }  # fmt: skip
        asked += [(name, None, now, True) for name, now in more.items() if now not in (None, "")]
    for name, was, now, tighter in asked:
        if tighter:
            yield said(REPRESENTATION, f"{id_} has {name} {now}; ours {was if was not in (None, '') else 'none'}.",
                       f"{id_} a {name} {now} ; le nôtre {was if was not in (None, '') else 'aucun'}.",
                       component=id_)  # fmt: skip


def _many(id_: str, theirs: Shape) -> Iterator[Finding]:
    """How many values stand in one place, and values with a meaning of their own: ours is one value, as it stands."""
    if theirs.least > 1:
        yield said(REPRESENTATION, f"{id_} takes at least {theirs.least} values; ours is one.",
                   f"{id_} prend au moins {theirs.least} valeurs ; le nôtre en est une.", component=id_)  # fmt: skip
    elif theirs.most != 1:
        most_en, most_fr = (str(theirs.most),) * 2 if theirs.most else ("any number of", "autant de")
        yield said(REPRESENTATION, f"{id_} may take {most_en} values; ours is one.",
                   f"{id_} peut prendre {most_fr} valeurs ; le nôtre en est une.", INFO, component=id_)  # fmt: skip
    if theirs.sentinels:
        words = ", ".join(theirs.sentinels)
        yield said(REPRESENTATION, f"{id_} gives a meaning of its own to {words}; ours none.",
                   f"{id_} donne un sens particulier à {words} ; le nôtre aucun.", WARNING, component=id_)  # fmt: skip


def _hung(component: Component) -> str:
    return ", ".join(component.relationship) or "the dataset"


def _lists(mine: Side, theirs: Side, used: Used) -> Iterator[Finding]:
    for id_, list_ in mine.lists.items():
        other = theirs.lists.get(id_)
        if other is not None:
            yield from _removed(id_, list_, other, used)
            yield from _changed(id_, list_, other, used)
            yield from _added(id_, list_, other)


def _removed(id_: str, mine: Codelist, other: Codelist, used: Used) -> Iterator[Finding]:
    for item in mine.items:
        if other.item(item.id) is None:
            en, fr, severity = _use(id_, item.id, used)
            near = nearest(item.id, [i.id for i in other.items])
            yield said(CODE, f"{id_} {item.id} is in {other.reference} no more{en}.{_near(near)}",
                       f"{id_} {item.id} n’est plus dans {other.reference}{fr}.{_near_fr(near)}", severity,
                       component=id_, code=item.id)  # fmt: skip


def _changed(id_: str, mine: Codelist, other: Codelist, used: Used) -> Iterator[Finding]:
    for item in mine.items:
        now = other.item(item.id)
        if now is None:
            continue
        en, fr, severity = _use(id_, item.id, used)
        if item.parent != now.parent and (item.parent or now.parent):
            yield said(LABEL, f"{id_} {item.id} stands below {now.parent or 'nothing'}, in ours below "
                       f"{item.parent or 'nothing'}{en}.",
                       f"{id_} {item.id} est sous {now.parent or 'rien'}, dans la nôtre sous {item.parent or 'rien'}{fr}.",
                       WARNING if severity == ERROR else INFO, component=id_, code=item.id)  # fmt: skip
        for language in sorted({"en", "fr"} & item.names.keys() & now.names.keys()):
            if item.names[language] != now.names[language]:
                yield said(LABEL, f"{id_} {item.id} is called “{now.names[language]}”, in ours “{item.names[language]}”{en}.",
                           f"{id_} {item.id} s’appelle « {now.names[language]} », dans la nôtre "
                           f"« {item.names[language]} »{fr}.",
                           WARNING if severity == ERROR else INFO, component=id_, code=item.id)  # fmt: skip


def _added(id_: str, mine: Codelist, other: Codelist) -> Iterator[Finding]:
    new = [item.id for item in other.items if mine.item(item.id) is None]
    if new:
        many = "s" * (len(new) != 1)
        fr = f"{len(new)} nouveau{'x' * (len(new) != 1)} code{many}"
        yield said(LABEL, f"{id_} has {len(new)} new code{many}: {_some(new)}.", f"{id_} a {fr} : {_some(new)}.", INFO,
                   component=id_, codes=" ".join(new))  # fmt: skip


def _constraints(mine: Side, theirs: Side, used: Used) -> Iterator[Finding]:
    for id_, allowed in theirs.allowed.items():
        codes = {*used.observations.get(id_, {}), *used.rows.get(id_, {})} - allowed
        known = theirs.codes(id_)
        for code in sorted(codes if known is None else codes & known):
            en, fr, severity = _use(id_, code, used)
            yield said(CONSTRAINT, f"{id_} {code} is not allowed{en}.", f"{id_} {code} n’est pas permis{fr}.", severity,
                       component=id_, code=code)  # fmt: skip


def _ranges(mine: Side, theirs: Side) -> Iterator[Finding]:
    """Periods that they allow and we do not say; which observations are outside is told of the data."""
    for first, last in theirs.periods:
        if (first, last) not in mine.periods:
            yield said(CONSTRAINT, f"TIME_PERIOD is allowed from {first or '…'} to {last or '…'}; ours says nothing of it.",
                       f"TIME_PERIOD est permis de {first or '…'} à {last or '…'} ; le nôtre n’en dit rien.", WARNING,
                       component="TIME_PERIOD")  # fmt: skip


def _limits(theirs: Side) -> Iterator[Finding]:
    """What they say of combinations and dates is asked of observations alone: codes that none may have were told above."""
    for one in theirs.limits:
        keys = sum(r.key for r in one.regions)
        regions = len(one.regions) - keys
        en = f"{numbered(regions, 'region')} and {numbered(keys, 'key')}"
        fr = f"{regions} région{'s' * (regions > 1)} et {keys} clé{'s' * (keys > 1)}"
        yield said(CONSTRAINT, f"{one.reference} has {en}; ours says nothing of them.",
                   f"{one.reference} a {fr} ; le nôtre n’en dit rien.", WARNING,
                   constraint=one.reference)  # fmt: skip


def _use(component: str, code: str, used: Used) -> tuple[str, str, str]:
    """What hangs on a code, in both languages, and how grave it is that it goes."""
    number, rows = used.of(component, code)
    if not number and not rows:
        return "; we do not use it", " ; nous ne l’utilisons pas", INFO
    en, fr = [], []
    if number:
        en.append(f"{number:,} observation{'s' * (number != 1)}")
        fr.append(f"{number:,} observation{'s' * (number != 1)}".replace(",", " "))
    if rows:
        en.append(f"row{'s' * (len(rows) != 1)} {_some(rows)}")
        fr.append(f"ligne{'s' * (len(rows) != 1)} {_some(rows)}")
    return f"; we use it: {' and '.join(en)}", f" ; nous l’utilisons : {' et '.join(fr)}", ERROR


def _some(words: Sequence[str]) -> str:
    return ", ".join(words[:5]) + (", …" if len(words) > 5 else "")


def _near(found: Sequence[str]) -> str:
    return f" Nearest: {', '.join(found)}." if found else ""


def _near_fr(found: Sequence[str]) -> str:
    return f" Le plus proche : {', '.join(found)}." if found else ""

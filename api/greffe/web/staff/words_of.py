"""How the workbench writes instants to the second, time that is left, and roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from markupsafe import Markup

from greffe.model.instants import PARIS
from greffe.release.people import ROLES


def instant(moment: datetime) -> Markup:
    """An instant to the second, in Paris."""
    local = moment.astimezone(PARIS)
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(), f"{local:%Y-%m-%d %H:%M:%S}")


def zoned(moment: datetime, lang: str) -> Markup:
    """The same with what Paris is ahead of UTC then: `2027-03-28 08:45:00 (UTC+2, summer time)`."""
    local = moment.astimezone(PARIS)
    ahead = local.utcoffset() or timedelta()
    summer = bool(local.dst())
    words = (
        ("heure d’été" if summer else "heure d’hiver") if lang == "fr" else ("summer time" if summer else "winter time")
    )
    return Markup('{} <span class="soft">(UTC+{:d}, {})</span>').format(
        instant(moment), ahead // timedelta(hours=1), words
    )


def countdown(left: timedelta, lang: str) -> str:
    """`in 12 days`, `in 3 h 05 min`, `in 40 s`; `5 days ago`."""
    seconds = int(abs(left).total_seconds())
    days, rest = divmod(seconds, 86_400)
    hours, minutes = rest // 3_600, rest % 3_600 // 60
    nb = "\u00a0"
    if days >= 2:
        told = f"{days}{nb}{'jours' if lang == 'fr' else 'days'}"
    elif seconds >= 3_600:
        told = f"{days * 24 + hours}{nb}h {minutes:02d}{nb}min"
    elif seconds >= 60:
        told = f"{minutes}{nb}min {seconds % 60:02d}{nb}s"
    else:
        told = f"{seconds}{nb}s"
    if left < timedelta():
        return f"il y a {told}" if lang == "fr" else f"{told} ago"
    return f"dans {told}" if lang == "fr" else f"in {told}"


def days_left(last: date, today: date, lang: str) -> str:
    """The same of a day, counted as a calendar counts: `in 12 days`, `tomorrow`, `today`, `154 days ago`."""
    days = (last - today).days
    near = {-1: ("yesterday", "hier"), 0: ("today", "aujourd’hui"), 1: ("tomorrow", "demain")}.get(days)
    return near[lang == "fr"] if near else countdown(timedelta(days=days), lang)


def role_names(roles: Iterable[str], lang: str) -> list[str]:
    """Roles in words: `destinataire (ESTAT)`."""
    found = []
    for role in roles:
        name, _, body = role.partition(":")
        words = ROLES[name].in_(lang) if name in ROLES else name
        found.append(f"{words} ({body})" if body else words)
    return found

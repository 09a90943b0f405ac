"""What was built by the structures of that day is asked again by those in force when it leaves: a body may have sent new ones."""

from __future__ import annotations

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound, Refused, numbered
from greffe.formats.negotiation import DATA_FORMATS
from greffe.model.findings import open_errors
from greffe.model.references import Reference, version_key
from greffe.model.structures import Dataflow, ProvisionAgreement
from greffe.model.transmissions import SentFile, Transmission
from greffe.release.parts import Parts
from greffe.transmission import keeping
from greffe.transmission.checking import Checked, findings_on
from greffe.transmission.rights import HINT
from greffe.transmission.still_laid_out import still_laid_out
from greffe.validation.structural.sides import ours


def still_fits(parts: Parts, one: Transmission, file: SentFile) -> None:
    """Raises Refused where a dataflow, its structure or the agreement of a file is in force in another version, or no more; where
    its questionnaire is laid out otherwise; and where the code lists or constraints of today find an error in it. The file is read
    only where these changed."""
    now = parts.catalogue()
    if now.checksum == one.catalogue:
        return
    then = parts.catalogue(one.catalogue)
    for source in file.sources:
        _versions(now, then, file, source.dataflow)
    _agreement(now, then, file)
    still_laid_out(parts, now, then, (one, file))
    syntax = next((f.syntax for f in DATA_FORMATS if f.name == file.format), "")
    flow = now.get(Dataflow, file.dataflow)
    if not syntax or ours(now, flow) == ours(then, then.get(Dataflow, file.dataflow)):
        return
    asked = Checked(file.name, flow, file.sender, since=bool(file.since))
    stops = open_errors(tuple(findings_on(parts, now, asked, keeping.whole(parts, file.sha256), syntax)))
    if stops:
        raise Refused(
            f"{file.name} would be refused by the structures in force, {numbered(len(stops), 'error')}; the first: "
            f"{stops[0].messages['en']}",
            finding=stops[0].messages,
            hint=HINT,
        )


def _versions(now: Catalogue, then: Catalogue, file: SentFile, built: Reference) -> None:
    known = [
        d for d in now.dataflows(("collection",)) if (d.reference.agency, d.reference.id) == (built.agency, built.id)
    ]
    if not known:
        raise Refused(f"{file.name} was built for {built}, which is in force no more: it does not leave.", hint=HINT)
    newest = max(known, key=lambda d: version_key(d.reference.version))
    held, old = now.structure(newest).reference, then.structure(then.get(Dataflow, built)).reference
    for was, is_ in ((built, newest.reference), (old, held)):
        if was != is_:
            raise Refused(f"{file.name} was built for {was}, and {is_} is in force: it does not leave.", hint=HINT)


def _agreement(now: Catalogue, then: Catalogue, file: SentFile) -> None:
    agency, _, id_ = file.agreement.partition(":")
    if not id_:
        return
    was = then.latest(ProvisionAgreement, id_, agency).reference
    try:
        is_ = now.latest(ProvisionAgreement, id_, agency).reference
    except NotFound:
        raise Refused(
            f"{file.name} was built for {was}, which is in force no more: it does not leave.", hint=HINT
        ) from None
    if was != is_:
        raise Refused(f"{file.name} was built for {was}, and {is_} is in force: it does not leave.", hint=HINT)

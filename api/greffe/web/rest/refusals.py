"""What the standard knows and this service refuses for a reason (R2-REG)."""

from __future__ import annotations

from greffe.errors import Unsupported
from greffe.web.rest.answers import Asked, Prepared


def registration(_asked: Asked) -> Prepared:
    """Registrations point a registry to data that lie elsewhere; here data are released, never registered."""
    raise Unsupported(
        "This service is no registry: it keeps no registrations of data elsewhere.",
        parameter="registration",
        hint="Ask for provisionagreement, or for availability.",
    )

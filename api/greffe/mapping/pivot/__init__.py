"""The pivot of offences, NATINF → NFI → ICCS (D30): the official table as received, its artefacts, what an edition changes."""

"""SDMX REST 1.5 and 2.x over HTTP: an address becomes a query, its answer is written in the format that was asked for."""

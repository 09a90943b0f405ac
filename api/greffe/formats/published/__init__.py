"""What recipients publish, read back: SDMX-CSV, Eurostat's TSV, SDMX-ML and SDMX-JSON, and any CSV that is described."""

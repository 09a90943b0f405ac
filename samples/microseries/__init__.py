"""The synthetic extract of a justice statistical service: one module per subject, then imperfections and writing."""

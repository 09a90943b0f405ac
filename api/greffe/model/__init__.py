"""Nouns used by more than one step: values, no I/O."""

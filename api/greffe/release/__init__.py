"""A draft becomes official, once."""

"""Standing orders over HTTP: for machines with a key, and on pages; each body sees its own."""

"""One concern per file, one function per rule."""

"""Chunks that are made ahead are the same chunks, and a failure comes where it happened."""

from __future__ import annotations

import threading

import pytest

from greffe.formats.ahead import ahead


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_the_same_chunks_in_order(count):
    made = [bytes([n]) * 3 for n in range(count)]
    assert list(ahead(iter(made))) == made


def test_a_failure_comes_after_the_chunks_before_it():
    def failing():
        yield b"a"
        yield b"b"
        raise ValueError("here")

    got = []
    with pytest.raises(ValueError, match="here"):
        for chunk in ahead(failing()):
            got.append(chunk)
    assert got == [b"a", b"b"]


def test_no_more_than_one_is_made_ahead_and_no_thread_is_left():
    made = []

    def counting():
        for n in range(100):
            made.append(n)
            yield b"x"

    chunks = ahead(counting())
    next(chunks)
    next(chunks)
    assert len(made) <= 3
    chunks.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("chunks")]

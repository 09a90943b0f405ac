"""The place of an address: `s3://…` is a bucket, whatever else a folder or a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from greffe.errors import BadInput
from greffe.store.depot import Depot
from greffe.upkeep.bucket_place import BucketSource, BucketTarget, bucket_lists
from greffe.upkeep.places import LIST, Source, Target, lists, source_of, writing_to

DepotAt = Callable[[str], Depot]  # opens a bucket; raises BadDefinition for an address that is none


def is_bucket(address: str) -> bool:
    """Whether an address is that of a bucket."""
    return "://" in address


@contextmanager
def target_at(address: str, depot_at: DepotAt) -> Iterator[Target]:
    """The target of an address. Raises BadDefinition, Refused, Unavailable."""
    if not is_bucket(address):
        with writing_to(address) as target:
            yield target
        return
    yield BucketTarget(depot_at(address), address.rstrip("/"))


def source_at(address: str, depot_at: DepotAt) -> Source:
    """The backup at an address: one list, or the last one of a folder or bucket. Raises BadInput when there is none."""
    if not is_bucket(address):
        return source_of(address)
    if address.endswith(LIST):
        place, _, name = address.rpartition("/")
        return BucketSource(depot_at(place), name)
    depot = depot_at(address)
    found = bucket_lists(depot)
    if not found:
        raise BadInput("There is no backup in this bucket.", file=address)
    return BucketSource(depot, found[-1])


def sources_at(address: str, depot_at: DepotAt) -> list[Source]:
    """Every backup in a folder or a bucket, the last one last. Raises BadInput for what is neither."""
    if is_bucket(address):
        depot = depot_at(address)
        return [BucketSource(depot, name) for name in bucket_lists(depot)]
    if not Path(address).is_dir():
        raise BadInput("There is no such folder.", file=address)
    return [source_of(str(p)) for p in lists(Path(address))]

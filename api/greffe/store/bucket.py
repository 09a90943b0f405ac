"""A depot in an S3-compatible object store, or in those of Azure and Google: whatever obstore knows, by URL.

Credentials, region and endpoint come from the environment as the tools of each cloud read them (AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL …): none of them is a setting of ours, none is in a log.

Objects are put whole; large ones in parts, so that memory is bounded. `put_new` is `If-None-Match: *` (S3, 2024), which a store
must know: `greffe doctor` tries it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import from_url

from greffe.errors import BadDefinition, NotFound, Refused, Unavailable
from greffe.urls import parts_of_url

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore  # names that only its stubs have

SCHEMES: Final = ("s3", "gs", "az")
_PART: Final = 8 << 20  # bytes of a part, and of what is read at a time
_PATIENCE: Final = timedelta(seconds=30)
_RETRIED: Final = 4


class Bucket:
    """The depot at `s3://BUCKET/PREFIX`. One object may serve all threads.

    `patience`: for one request; `retried`: how often one that failed for a moment is made again. Raises BadDefinition for an
    address that is none. Nothing is asked of the store before the first use.
    """

    shared = True

    def __init__(self, url: str, patience: timedelta = _PATIENCE, retried: int = _RETRIED) -> None:
        parts = parts_of_url(url)
        if parts.scheme not in SCHEMES or not parts.netloc or parts.query or parts.fragment or "@" in parts.netloc:
            raise BadDefinition(
                f"{url!r} is no address of a bucket.",
                hint="E.g. s3://greffe/production; credentials by AWS_* variables.",
            )
        self.url = url.rstrip("/")
        try:
            self._store: ObjectStore = from_url(
                self.url,
                client_options=_client(patience),
                retry_config={"max_retries": retried, "retry_timeout": 2 * patience},
            )
        except (BaseError, ValueError) as error:
            raise BadDefinition(f"The bucket {url!r} cannot be used: {_first_line(error)}") from error

    def put(self, name: str, file: Path | IO[bytes]) -> None:
        """See Depot.put."""
        with self._stored(name):
            obstore.put(self._store, name, file, chunk_size=_PART, max_concurrency=4)

    def put_new(self, name: str, content: bytes) -> bool:
        """See Depot.put_new."""
        try:
            with self._stored(name):
                obstore.put(self._store, name, content, mode="create")
        except FileExistsError:
            return False
        return True

    def pieces(self, name: str) -> Iterator[bytes]:
        """See Depot.pieces."""
        with self._asked(name):
            found = obstore.get(self._store, name)
        return self._streamed(name, found)

    def names(self, under: str) -> Iterator[tuple[str, int]]:
        """See Depot.names."""
        with self._asked(under):
            for page in obstore.list(self._store, under):
                yield from ((one["path"], one["size"]) for one in page)

    def remove(self, names: Iterable[str]) -> None:
        """See Depot.remove."""
        for name in names:
            try:
                with self._asked(name):
                    obstore.delete(self._store, name)
            except NotFound:
                continue

    def _streamed(self, name: str, found: obstore.GetResult) -> Iterator[bytes]:
        with self._asked(name):
            for piece in found.stream(min_chunk_size=_PART):
                yield bytes(piece)

    @contextmanager
    def _stored(self, name: str) -> Iterator[None]:
        try:
            with self._asked(name):
                yield
        except NotFound as error:
            raise Refused(f"There is no bucket {self.url}.", hint="Make it, or check GREFFE_FILES.") from error

    @contextmanager
    def _asked(self, name: str) -> Iterator[None]:
        """Errors of the library as ours. What it says of them names addresses: the first line is enough."""
        try:
            yield
        except FileNotFoundError as error:
            raise NotFound(f"There is no {name} in the object store.") from error
        except AlreadyExistsError as error:
            raise FileExistsError(name) from error
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise Refused(
                "The object store refuses us.", file=name, hint="Check its credentials and policy."
            ) from error
        except (BaseError, OSError) as error:
            raise Unavailable(f"The object store does not answer: {_first_line(error)}") from error


def _client(patience: timedelta) -> ClientConfig:
    """Plain HTTP only to an endpoint that says http:// itself."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", os.environ.get("AWS_ENDPOINT", ""))
    return {
        "timeout": patience,
        "connect_timeout": timedelta(seconds=5),
        "allow_http": endpoint.startswith("http://"),
    }


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0][:300]

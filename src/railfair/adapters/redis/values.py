"""Entries as Redis keeps them.

`RFC` and a version; a digest of the key and all that follows; when it was made, how long it is
fresh and kept (doubles); the lengths of tag and body; the tag; the body.
"""

import math
from hashlib import blake2b
from struct import Struct
from typing import Final

from railfair.ports.cache import Entry

MAGIC: Final = b"RFC\x01"
DIGEST_BYTES: Final = 8
HEAD: Final = Struct(">dddHI")
_HEAD_AT: Final = len(MAGIC) + DIGEST_BYTES
_TAG_AT: Final = _HEAD_AT + HEAD.size


def written(key: str, entry: Entry) -> bytes:
    """Return *entry* as the value of *key*."""
    tag = entry.etag.encode()
    times = (entry.made_at, entry.fresh_s, entry.kept_s)
    said = b"".join((HEAD.pack(*times, len(tag), len(entry.body)), tag, entry.body))
    return b"".join((MAGIC, _digest(key, said), said))


def read(key: str, value: bytes) -> Entry | None:
    """Return the entry that *value* is of *key*, or `None` if it is anything else."""
    if not value.startswith(MAGIC) or len(value) < _TAG_AT:
        return None
    said = memoryview(value)[_HEAD_AT:]
    if _digest(key, said) != value[len(MAGIC) : _HEAD_AT]:
        return None
    made_at, fresh_s, kept_s, tag_bytes, body_bytes = HEAD.unpack_from(value, _HEAD_AT)
    body_at = _TAG_AT + tag_bytes
    is_whole = len(value) == body_at + body_bytes and math.isfinite(made_at + fresh_s + kept_s)
    if not is_whole:
        return None
    return Entry(
        body=value[body_at:],
        made_at=made_at,
        fresh_s=fresh_s,
        kept_s=kept_s,
        etag=value[_TAG_AT:body_at].decode(),
    )


def _digest(key: str, said: bytes | memoryview) -> bytes:
    digest = blake2b(key.encode(), digest_size=DIGEST_BYTES)
    digest.update(b"\0")
    digest.update(said)
    return digest.digest()

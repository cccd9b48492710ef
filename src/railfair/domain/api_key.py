"""API keys: what they look like, and how one is known again without being kept.

A key is `rf_`, 8 characters that name it in public, `_`, and 32 random bytes. With so many, nobody
finds a key by trying, and SHA-256 of the whole is as good as a slow digest would be.
"""

import hmac
import re
from base64 import b32encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from railfair.domain.quota import Quota

PREFIX_BYTES: Final = 5
SECRET_BYTES: Final = 32
ENTROPY_BYTES: Final = PREFIX_BYTES + SECRET_BYTES
LONGEST: Final = 128
FORM: Final = re.compile(r"(rf_[a-z2-7]{8})_[A-Za-z0-9_-]{43}", re.ASCII)
NAME: Final = re.compile(r"(?!rf_)[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
"""What a key may be called; never what could be the prefix of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is kept of a key: its public *prefix*, the *digest* of the whole, and what it may do.

    Without a *quota* that of everybody applies.
    """

    prefix: str
    name: str
    digest: bytes
    quota: Quota | None
    is_admin: bool
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether the key may be used at *now*: neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def is_of(self, secret: str) -> bool:
        """Whether *secret* is the key; takes as long whether it nearly is or not at all."""
        return hmac.compare_digest(self.digest, digest(secret))


def written(entropy: bytes) -> str:
    """Return the key that the random bytes *entropy* make, `ENTROPY_BYTES` of them."""
    prefix = b32encode(entropy[:PREFIX_BYTES]).decode().lower()
    return f"rf_{prefix}_{urlsafe_b64encode(entropy[PREFIX_BYTES:]).decode().rstrip('=')}"


def prefix_of(secret: str) -> str | None:
    """Return the public prefix of what may be a key, or `None` if it has not the form of one."""
    if len(secret) > LONGEST:
        return None
    found = FORM.fullmatch(secret)
    return found[1] if found else None


def digest(secret: str) -> bytes:
    """Return what is kept of a key in its place: 32 bytes."""
    return sha256(secret.encode()).digest()

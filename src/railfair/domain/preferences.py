"""What somebody prefers, written so that nobody else can have written it.

`v1.PAYLOAD.MAC`: JSON and its HMAC-SHA256, both in base64url. It is signed, not secret.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

from railfair.domain import codes
from railfair.domain.codes import Crs, RailcardCode
from railfair.domain.errors import InvalidParameter

VERSION: Final = "v1"
PURPOSE: Final = b"railfair preferences v1\0"
"""Signed with the payload: what the same key signs for other purposes is no preferences."""
LONGEST: Final = 1_024
"""Characters that are read at all; the longest that is written has about 300."""
KEPT_DAYS: Final = 365
MOST_FAVOURITES: Final = 20
MOST_VALUE_P: Final = 100_000
MOST_EXTRA_MIN: Final = 120
CLASSES: Final = ("standard", "first", "any")


class UnreadablePreferences(ValueError):
    """The text is not what was written here, or no longer counts; says why in a word or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What counts where a question does not say otherwise; `None` where nothing is preferred."""

    railcard: RailcardCode | None = None
    ticket_class: str | None = None
    value_of_time_p_per_hour: int | None = None
    extra_interchange_min: int | None = None
    favourites: tuple[Crs, ...] = ()

    def __post_init__(self) -> None:
        if self.ticket_class is not None and self.ticket_class not in CLASSES:
            raise InvalidParameter("class", f"has to be one of {', '.join(CLASSES)}")
        for name, value, most in (
            ("value_of_time_p_per_hour", self.value_of_time_p_per_hour, MOST_VALUE_P),
            ("extra_interchange_min", self.extra_interchange_min, MOST_EXTRA_MIN),
        ):
            if value is not None and not 0 <= value <= most:
                raise InvalidParameter(name, f"has to be from 0 to {most}")
        if len(self.favourites) > MOST_FAVOURITES:
            raise InvalidParameter("favourites", f"has to be at most {MOST_FAVOURITES} stations")


def written(preferences: Preferences, *, on: date, key: bytes) -> str:
    """Return *preferences* as they are kept from the day *on*, signed with *key*."""
    held: dict[str, Any] = {
        "d": on.isoformat(),
        "r": preferences.railcard,
        "c": preferences.ticket_class,
        "v": preferences.value_of_time_p_per_hour,
        "x": preferences.extra_interchange_min,
        "f": "".join(preferences.favourites),
    }
    given = {name: value for name, value in held.items() if value not in {None, ""}}
    payload = _text(json.dumps(given, separators=(",", ":")).encode())
    return f"{VERSION}.{payload}.{_text(_mac(payload, key))}"


def read(text: str, *, on: date, keys: Sequence[bytes]) -> Preferences:
    """Return the preferences in *text* on the day *on*, signed with any of *keys*.

    Raises:
        UnreadablePreferences: they were not written here, are not whole, or are too old.
    """
    if len(text) > LONGEST:
        raise UnreadablePreferences("too long")
    version, _, rest = text.partition(".")
    if version != VERSION:
        raise UnreadablePreferences("of an unknown version")
    payload, _, mac = rest.partition(".")
    given = _bytes(mac)
    if not any(hmac.compare_digest(given, _mac(payload, key)) for key in keys):
        raise UnreadablePreferences("not signed here")
    try:
        return _held(json.loads(_bytes(payload)), on)
    except (AttributeError, KeyError, TypeError, ValueError, InvalidParameter) as error:
        raise UnreadablePreferences(
            str(error) if isinstance(error, UnreadablePreferences) else "of no known form"
        ) from error


def _held(held: Any, on: date) -> Preferences:
    written_on = date.fromisoformat(held["d"])
    if not on - timedelta(days=KEPT_DAYS) <= written_on <= on + timedelta(days=1):
        raise UnreadablePreferences("too old")
    stations = held.get("f", "")
    railcard = held.get("r")
    return Preferences(
        railcard=None if railcard is None else codes.railcard_code(railcard),
        ticket_class=held.get("c"),
        value_of_time_p_per_hour=held.get("v"),
        extra_interchange_min=held.get("x"),
        favourites=tuple(codes.crs(stations[at : at + 3]) for at in range(0, len(stations), 3)),
    )


def _mac(payload: str, key: bytes) -> bytes:
    return hmac.new(key, PURPOSE + payload.encode(errors="replace"), sha256).digest()


def _text(given: bytes) -> str:
    return urlsafe_b64encode(given).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Return what *text* holds, or nothing where it is no base64url."""
    try:
        found = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
    # One text for each content: what was changed in unused bits was changed.
    return found if _text(found) == text else b""

"""How fares are kept: the records of one kind and pair packed into one body, the rules into one.

Bodies are MessagePack: a list of records, each a list of its fields in the order given here. A
change of that order, or of a field's type, needs a migration that packs anew what is kept.
"""

import zlib
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Final, get_type_hints

import msgspec

from railfair.domain.codes import FareCode
from railfair.domain.errors import StorageUnavailable
from railfair.domain.fares.flow import DiscountException, FareRecord, Flow, Override
from railfair.domain.fares.rulebook import RuleBook

_encode: Final[Callable[[object], bytes]] = msgspec.msgpack.Encoder().encode


class _Form:
    """The fields of a kind of record that its body holds; the ends stand in the entry's name."""

    def __init__(self, record: type[FareRecord], *fields: str) -> None:
        types = get_type_hints(record)
        row: Any = tuple[tuple(types[field] for field in fields)]  # type: ignore[misc]
        self._record = record
        self._fields = fields
        self._row: Callable[[FareRecord], tuple[Any, ...]] = attrgetter(*fields)
        self._rows = msgspec.msgpack.Decoder(list[row])

    def pack(self, records: Iterable[FareRecord]) -> bytes:
        """Return the body of *records*."""
        return _encode(list(map(self._row, records)))

    def unpack(self, origin: FareCode, destination: FareCode, body: bytes) -> list[FareRecord]:
        """Return the records of *body*; raise `msgspec.DecodeError` if they have another form."""
        return [
            self._record(
                origin=origin, destination=destination, **dict(zip(self._fields, row, strict=True))
            )
            for row in self._rows.decode(body)
        ]


EXCEPTIONS: Final = "X"
_FORMS: Final = {
    "F": _Form(
        Flow,
        "route",
        "is_reversible",
        "starts_on",
        "ends_on",
        "setter",
        "cross_london",
        "has_exceptions",
        "fares",
    ),
    "O": _Form(
        Override,
        "route",
        "railcard",
        "ticket",
        "starts_on",
        "ends_on",
        "quote_on",
        "adult_p",
        "child_p",
        "restriction",
    ),
    EXCEPTIONS: _Form(
        DiscountException,
        "route",
        "railcard",
        "ticket",
        "starts_on",
        "ends_on",
        "quote_on",
        "use_code",
        "adult",
        "child",
    ),
}
KINDS: Final = tuple(_FORMS)
"""Letters of the kinds of records, in the order in which they are put."""
_KIND_OF: Final[dict[type[FareRecord], str]] = {
    Flow: "F",
    Override: "O",
    DiscountException: EXCEPTIONS,
}


def padded(code: FareCode) -> str:
    """Return *code* as it stands in the name of an entry: always 4 characters."""
    return f"{code:~<4}"


def entry_of(record: FareRecord) -> str:
    """Return the name of the entry that *record* belongs to: its kind, origin and destination."""
    return _KIND_OF[type(record)] + padded(record.origin) + padded(record.destination)


def origin_destination_kind(entry: str) -> tuple[FareCode, FareCode, str]:
    """Return what *entry* is named after, in the order by which entries are sorted."""
    return FareCode(entry[1:5].rstrip("~")), FareCode(entry[5:].rstrip("~")), entry[0]


def pack(entry: str, records: Iterable[FareRecord]) -> bytes:
    """Return the body of *records*, all of which belong to *entry*."""
    return _FORMS[entry[0]].pack(records)


def unpack(entry: str, body: bytes) -> list[FareRecord]:
    """Return the records of *entry* in the order in which they were packed.

    Raises:
        StorageUnavailable: they were packed in another form.
    """
    origin, destination, kind = origin_destination_kind(entry)
    try:
        return _FORMS[kind].unpack(origin, destination, body)
    except msgspec.DecodeError as error:
        raise _foreign() from error


def pack_rules(rules: RuleBook) -> bytes:
    """Return *rules* as a document."""
    return zlib.compress(_encode(rules), 1)


def unpack_rules(document: bytes) -> RuleBook:
    """Return the rules in *document*.

    Raises:
        StorageUnavailable: they were packed in another form.
    """
    try:
        return msgspec.msgpack.decode(zlib.decompress(document), type=RuleBook)
    except (msgspec.DecodeError, zlib.error) as error:
        raise _foreign() from error


def _foreign() -> StorageUnavailable:
    return StorageUnavailable(
        "the fares were imported by another version of RailFair: import them again"
    )

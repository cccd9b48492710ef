"""The rules of a fares feed, put together from all its files but those of prices."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from railfair.adapters.feeds.fares_fields import any_code, code, is_yes, text
from railfair.adapters.feeds.fares_layout import TOC_F, TOC_T
from railfair.adapters.feeds.fares_places import CLUSTER_MEMBER, places, routes
from railfair.adapters.feeds.fares_railcards import (
    MINIMUM_FARE,
    ROUNDING_BAND,
    railcard,
    statuses,
)
from railfair.adapters.feeds.fares_records import RecordFile, RecordKind, by_code
from railfair.adapters.feeds.fares_restrictions import restriction_sets
from railfair.adapters.feeds.fares_tickets import (
    ADVANCE_PURCHASE,
    OPERATOR_TICKET,
    TICKET_TYPE,
    VALIDITY,
)
from railfair.domain.codes import FareCode
from railfair.domain.fares.location import Membership
from railfair.domain.fares.rulebook import RuleBook

type _Open = Callable[[str], RecordFile]
"""Opens the file with an ending."""


class _Operator(NamedTuple):
    """A train operator. Source: TOC T."""

    code: str
    name: str
    is_active: bool


class _Setter(NamedTuple):
    """A fare setter, and its train operator. Source: TOC F."""

    code: str
    operator: str


def rule_book(file: _Open) -> RuleBook:
    """Return the rules in the files that *file* opens."""
    here = places(file("LOC"))
    operators, setters = _operators(file("TOC"))
    return RuleBook(
        locations=here.locations,
        clusters=_clusters(file("FSC")),
        tickets=by_code(file("TTY").of_kind(TICKET_TYPE), lambda one: one.code),
        validities=by_code(file("TVL").of_kind(VALIDITY), lambda one: one.code),
        operator_tickets=by_code(file("TSP").of_kind(OPERATOR_TICKET), lambda one: one.ticket),
        advance_purchases=by_code(file("TAP").of_kind(ADVANCE_PURCHASE), lambda one: one.ticket),
        routes=routes(file("RTE")),
        railcards=by_code(file("RLC").of_kind(railcard(here.areas)), lambda one: one.code),
        statuses=statuses(file("DIS")),
        minimum_fares=by_code(file("RCM").of_kind(MINIMUM_FARE), lambda one: one.railcard),
        rounding=tuple(file("FRR").of_kind(ROUNDING_BAND)),
        restriction_sets=restriction_sets(file("RST")),
        setters=setters,
        operators=operators,
    )


def _clusters(file: RecordFile) -> dict[FareCode, tuple[Membership, ...]]:
    members = by_code(file.of_kind(CLUSTER_MEMBER), lambda one: one[0])
    return {member: tuple(one for _, one in held) for member, held in members.items()}


def _operator(line: str) -> _Operator:
    name, is_active = text(line, TOC_T.TOC_NAME), is_yes(line, TOC_T.ACTIVE_INDICATOR)
    return _Operator(code(line, TOC_T.TOC_ID), name, is_active)


def _setter(line: str) -> _Setter | None:
    found = _Setter(code(line, TOC_F.FARE_TOC_ID), any_code(line, TOC_F.TOC_ID))
    return found if found.operator else None


_TOC: Final[Mapping[str, RecordKind[_Operator | _Setter]]] = {
    "T": RecordKind(name="operator", read=_operator),
    "F": RecordKind(name="fare setter", read=_setter),
}


def _operators(file: RecordFile) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of the train operators, and the operators of the fare setters.

    Codes are used again: an operator that is active goes before those that were.
    """
    names: dict[str, str] = {}
    setters: dict[str, str] = {}

    def put(found: _Operator | _Setter) -> bool:
        if isinstance(found, _Setter):
            setters[found.code] = found.operator
            return True
        is_kept = found.is_active or found.code not in names
        if is_kept:
            names[found.code] = found.name
        return is_kept

    file.put_each(_TOC, put)
    return names, setters

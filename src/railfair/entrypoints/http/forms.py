"""Other forms of an answer than JSON: GeoJSON for maps, CSV for tables; by the header `Accept`.

They are made of the JSON that is kept, and hold nothing else but where stations are.
"""

import csv
import io
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType

from railfair.bootstrap import RailFair
from railfair.domain.codes import Crs
from railfair.domain.grid import position
from railfair.domain.station import Station

GEOJSON: Final = "application/geo+json"
CSV: Final = "text/csv"
JSON_RANGES: Final = frozenset({"*/*", "application/*", "application/json"})
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How text begins that spreadsheets reckon with; numbers below nothing are none."""
OTHER: Final = (b"geo+json", b"text/csv")
"""What stands in `Accept` of a request that may want another form."""

type Form = Callable[[Any], Awaitable[bytes]]
"""Makes another form of an answer, which is given as JSON's own kinds of value."""
type Forms = Mapping[str, Form]
"""The other forms that an answer has, by media type."""
type Row = dict[str, Any]


def may_want_other(asked: Mapping[bytes, bytes]) -> bool:
    """Return whether a request with the headers *asked* may want another form than JSON."""
    accept = asked.get(b"accept", b"").lower()
    return any(other in accept for other in OTHER)


def wanted(accept: str, forms: Forms) -> str | None:
    """Return the media type of *forms* that *accept* prefers to JSON, or `None`.

    Source: RFC 9110, 12.5.1; what is named wins over `*/*` of the same weight.
    """
    best, weight = None, 0.0
    of_json = 0.0 if accept.strip() else 1.0
    for part in accept.lower().split(","):
        name, *parameters = (one.strip() for one in part.split(";"))
        q = _weight(parameters)
        if name in JSON_RANGES:
            of_json = max(of_json, q)
        elif name in forms and q > weight:
            best, weight = name, q
    return best if weight >= of_json else None


async def formed(body: bytes, form: Form) -> bytes:
    """Return the JSON *body* in another *form*."""
    return await form(msgspec.json.decode(body))


async def fresh(
    request: Request[Any, Any, Any], answer: msgspec.Struct, forms: Forms
) -> Response[Any]:
    """Return an *answer* that is not kept, as JSON or in what of *forms* the request prefers."""
    body, media_type = msgspec.json.encode(answer), MediaType.JSON.value
    form = wanted(request.headers.get("accept", ""), forms)
    if form is not None:
        body, media_type = await formed(body, forms[form]), form
    headers = {"Cache-Control": "no-cache", "Vary": "Accept"}
    return Response(body, media_type=media_type, headers=headers)


def table(rows_of: Callable[[Any], Iterable[Row]]) -> Forms:
    """Return the form of an answer as a table, of the rows that *rows_of* finds in it."""

    async def made(answer: Any) -> bytes:
        return as_csv(rows_of(answer))

    return {CSV: made}


def as_csv(rows: Iterable[Row]) -> bytes:
    """Return *rows* as CSV; what is nested has names joined by dots. Source: RFC 4180.

    Text that a spreadsheet would take for a formula has an apostrophe before it.
    Source: OWASP, CSV Injection.
    """
    flat = [dict(_flat(row)) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue().encode()


def stations_on_map(railfair: RailFair) -> Forms:
    """Return the form of found stations as points."""

    async def made(answer: Any) -> bytes:
        found = await _stations(railfair, [one["crs"] for one in answer["stations"]])
        features = [_feature(_point(found.get(one["crs"])), one) for one in answer["stations"]]
        return _collection(features)

    return {GEOJSON: made}


def station_on_map(railfair: RailFair) -> Forms:
    """Return the form of one station as a point."""

    async def made(answer: Any) -> bytes:
        found = await _stations(railfair, [answer["crs"]])
        return msgspec.json.encode(_feature(_point(found.get(answer["crs"])), answer))

    return {GEOJSON: made}


def journeys_on_map(railfair: RailFair) -> Forms:
    """Return the form of journeys as lines: each a straight one a leg."""

    async def made(answer: Any) -> bytes:
        journeys = answer["journeys"]
        legs = [leg for journey in journeys for leg in journey["legs"]]
        ends = {leg[end]["crs"] for leg in legs for end in ("origin", "destination")}
        found = await _stations(railfair, sorted(ends))
        return _collection([_feature(_lines(one["legs"], found), one) for one in journeys])

    return {GEOJSON: made}


def _weight(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def _flat(value: Mapping[str, Any], within: str = "") -> Iterable[tuple[str, Any]]:
    for name, one in value.items():
        match one:
            case dict():
                yield from _flat(one, f"{within}{name}.")
            case list():
                yield from _flat({str(at): each for at, each in enumerate(one)}, f"{within}{name}.")
            case str() if one.startswith(FORMULA):
                yield within + name, f"'{one}"
            case _:
                yield within + name, one


async def _stations(railfair: RailFair, codes: Iterable[str]) -> dict[str, Station]:
    """Return the stations with *codes*, of which something is known."""
    async with railfair.storage.reading() as unit:
        found = [await railfair.stations.known(unit, Crs(code)) for code in codes]
    return {one.crs: one for one in found if one is not None}


def _place(station: Station | None) -> tuple[float, float] | None:
    if station is None or station.easting_m is None or station.northing_m is None:
        return None
    return position(station.easting_m, station.northing_m)


def _point(station: Station | None) -> dict[str, Any] | None:
    place = _place(station)
    return None if place is None else {"type": "Point", "coordinates": place}


def _lines(legs: Iterable[Any], found: Mapping[str, Station]) -> dict[str, Any] | None:
    """Return the legs as lines, without those that end where nobody knows."""
    lines = []
    for leg in legs:
        ends = [_place(found.get(leg[end]["crs"])) for end in ("origin", "destination")]
        if None not in ends:
            lines.append(ends)
    return {"type": "MultiLineString", "coordinates": lines} if lines else None


def _feature(geometry: dict[str, Any] | None, properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _collection(features: list[dict[str, Any]]) -> bytes:
    """Return a collection. Source: RFC 7946."""
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})

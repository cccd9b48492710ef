"""From the British grid to longitude and latitude.

Source: Ordnance Survey, A guide to coordinate systems in Great Britain: the inverse Transverse
Mercator on Airy's ellipsoid, then a Helmert transformation, which is right to about 5 metres.
"""

from math import atan2, cos, degrees, hypot, radians, sin, sqrt, tan
from typing import Final

AIRY: Final = (6_377_563.396, 6_356_256.909)
WGS84: Final = (6_378_137.0, 6_356_752.314_2)
SCALE: Final = 0.999_601_271_7
ORIGIN: Final = (radians(49), radians(-2))
FALSE_M: Final = (400_000.0, -100_000.0)
SHIFT_M: Final = (446.448, -125.157, 542.060)
TURN: Final = tuple(radians(seconds / 3_600) for seconds in (0.150_2, 0.247_0, 0.842_1))
STRETCH: Final = -20.4894e-6
ENOUGH_M: Final = 1e-5
ROUNDS: Final = 5
DIGITS: Final = 5
"""Decimal places of a degree: about a metre."""


def position(easting_m: float, northing_m: float) -> tuple[float, float]:
    """Return the longitude and latitude (WGS 84, degrees) of a point on the British grid."""
    latitude, longitude = _airy(easting_m, northing_m)
    latitude, longitude = _moved(latitude, longitude)
    return round(degrees(longitude), DIGITS), round(degrees(latitude), DIGITS)


def _airy(easting_m: float, northing_m: float) -> tuple[float, float]:
    """Return latitude and longitude on Airy's ellipsoid, in radians."""
    a, b = AIRY
    squared = 1 - b * b / (a * a)
    north = northing_m - FALSE_M[1]
    latitude = ORIGIN[0] + north / (a * SCALE)
    while abs(left := north - _arc(latitude)) > ENOUGH_M:
        latitude += left / (a * SCALE)
    bent = 1 - squared * sin(latitude) ** 2
    nu = a * SCALE / sqrt(bent)
    rho = nu * (1 - squared) / bent
    eta, t, secant = nu / rho - 1, tan(latitude), 1 / cos(latitude)
    east = easting_m - FALSE_M[0]
    latitude -= (
        t / (2 * rho * nu) * east**2
        - t / (24 * rho * nu**3) * (5 + 3 * t**2 + eta - 9 * t**2 * eta) * east**4
        + t / (720 * rho * nu**5) * (61 + 90 * t**2 + 45 * t**4) * east**6
    )
    longitude = ORIGIN[1] + (
        secant / nu * east
        - secant / (6 * nu**3) * (nu / rho + 2 * t**2) * east**3
        + secant / (120 * nu**5) * (5 + 28 * t**2 + 24 * t**4) * east**5
        - secant / (5_040 * nu**7) * (61 + 662 * t**2 + 1_320 * t**4 + 720 * t**6) * east**7
    )
    return latitude, longitude


def _arc(latitude: float) -> float:
    """Return the length of the meridian from the true origin to *latitude*, in metres."""
    a, b = AIRY
    n = (a - b) / (a + b)
    less, more = latitude - ORIGIN[0], latitude + ORIGIN[0]
    return (
        b
        * SCALE
        * (
            (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * less
            - (3 * n + 3 * n**2 + 21 / 8 * n**3) * sin(less) * cos(more)
            + (15 / 8 * n**2 + 15 / 8 * n**3) * sin(2 * less) * cos(2 * more)
            - 35 / 24 * n**3 * sin(3 * less) * cos(3 * more)
        )
    )


def _moved(latitude: float, longitude: float) -> tuple[float, float]:
    """Return where a point on Airy's ellipsoid is on that of WGS 84."""
    a, b = AIRY
    squared = 1 - b * b / (a * a)
    nu = a / sqrt(1 - squared * sin(latitude) ** 2)
    x, y = nu * cos(latitude) * cos(longitude), nu * cos(latitude) * sin(longitude)
    z = nu * (1 - squared) * sin(latitude)
    rx, ry, rz = TURN
    scale = 1 + STRETCH
    x, y, z = (
        SHIFT_M[0] + scale * x - rz * y + ry * z,
        SHIFT_M[1] + rz * x + scale * y - rx * z,
        SHIFT_M[2] - ry * x + rx * y + scale * z,
    )
    a, b = WGS84
    squared = 1 - b * b / (a * a)
    across = hypot(x, y)
    latitude = atan2(z, across * (1 - squared))
    for _ in range(ROUNDS):
        nu = a / sqrt(1 - squared * sin(latitude) ** 2)
        latitude = atan2(z + squared * nu * sin(latitude), across)
    return latitude, atan2(y, x)

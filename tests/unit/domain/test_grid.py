"""From the British grid to longitude and latitude."""

import pytest

from railfair.domain.grid import position


@pytest.mark.parametrize(
    ("easting_m", "northing_m", "longitude", "latitude"),
    [
        # The Ordnance Survey's own example (Caister Water Tower): OSGB36 52 39 27.2531 N,
        # 1 43 4.5177 E is 52 39 28.8282 N, 1 42 57.8663 E in WGS 84, to some metres.
        (651_409.903, 313_177.270, 1.716_074, 52.658_008),
        (530_000, 180_000, -0.128_34, 51.503_78),
        (216_600, 771_200, -5.006_0, 56.796_6),
    ],
)
def test_points_are_where_the_ordnance_survey_says(
    easting_m: float, northing_m: float, longitude: float, latitude: float
) -> None:
    assert position(easting_m, northing_m) == pytest.approx((longitude, latitude), abs=2e-3)


def test_the_example_of_the_guide_is_right_to_ten_metres() -> None:
    longitude, latitude = position(651_409.903, 313_177.270)
    assert latitude == pytest.approx(52.658_008, abs=1e-4)
    assert longitude == pytest.approx(1.716_074, abs=1.5e-4)

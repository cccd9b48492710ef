"""Quotas as they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railfair.domain.errors import MalformedParameter
from railfair.domain.quota import MOST_REQUESTS, PERIODS_S, Quota, quota


@given(
    st.builds(
        Quota,
        limit=st.integers(1, MOST_REQUESTS),
        window_s=st.sampled_from(sorted(PERIODS_S.values())),
    )
)
def test_a_quota_is_read_as_it_is_written(one: Quota) -> None:
    assert quota(str(one)) == one
    assert quota(f" {str(one).upper()} ") == one


@pytest.mark.parametrize(
    "text",
    ["", "600", "0/minute", "-1/minute", "1.5/minute", "600/week", "600/", "٣/minute",
     "9999999999/day", "600 / minute"],
)  # fmt: skip
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(MalformedParameter, match="600/minute"):
        quota(text)

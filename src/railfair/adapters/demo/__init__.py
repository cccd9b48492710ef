"""The licence-free demo railway: an invented year of trains, fares and running, in real formats."""

from railfair.adapters.demo.build import DEFAULT_DAYS, DemoSummary, Progress, Scale, build_demo
from railfair.adapters.demo.truth import THRESHOLDS_MIN, TrueOdds, Truth, read_truth

__all__ = [
    "DEFAULT_DAYS",
    "THRESHOLDS_MIN",
    "DemoSummary",
    "Progress",
    "Scale",
    "TrueOdds",
    "Truth",
    "build_demo",
    "read_truth",
]

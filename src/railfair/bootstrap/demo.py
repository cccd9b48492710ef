"""The demo railway, and what is known of it because it is made up."""

from railfair.adapters.demo import DEFAULT_DAYS, DemoSummary, Progress, Scale, build_demo
from railfair.adapters.demo.known_truth import DemoTruth

__all__ = ["DEFAULT_DAYS", "DemoSummary", "DemoTruth", "Progress", "Scale", "build_demo"]

"""Feeds: how they are read from files, and the services that they are fetched from."""

from railfair.adapters.clock.clock import SystemClock
from railfair.adapters.feeds.fares import FileFaresFeed
from railfair.adapters.feeds.fetch import FeedServiceSettings, HttpFeedService
from railfair.adapters.feeds.hsp import FilePerformanceFeed
from railfair.adapters.feeds.timetable import FileTimetableFeed
from railfair.config import Settings
from railfair.ports.feed_service import FeedService

__all__ = ["FileFaresFeed", "FilePerformanceFeed", "FileTimetableFeed", "feed_service"]


def feed_service(settings: Settings) -> FeedService:
    """Return the services that feeds are fetched from."""
    secrets = {
        name: secret.get_secret_value()
        for name in (
            "nrdp_password",
            "rdm_timetable_key",
            "rdm_fares_key",
            "hsp_password",
            "hsp_key",
        )
        if (secret := getattr(settings, name)) is not None
    }
    clock = SystemClock(settings.today)
    known = FeedServiceSettings(
        feeds_directory=settings.feeds_directory,
        nrdp_url=settings.nrdp_url,
        nrdp_username=settings.nrdp_username,
        rdm_timetable_url=settings.rdm_timetable_url,
        rdm_fares_url=settings.rdm_fares_url,
        hsp_url=settings.hsp_url,
        hsp_username=settings.hsp_username,
        timeout_s=settings.feed_timeout_s,
        attempts=settings.feed_attempts,
        **secrets,
    )
    return HttpFeedService(known, today=lambda: clock.now().date())

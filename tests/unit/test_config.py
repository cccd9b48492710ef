"""Settings come from the environment and `.env`, once, and from nowhere else."""

import os
import re
from datetime import date, time
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from railfair.config import PREFIX, InvalidSettings, Settings, written
from railfair.domain.quota import quota


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Forget what this machine has set, and stand in a folder without a `.env`."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_set() -> None:
    settings = Settings.load()
    assert settings.database_url.startswith("sqlite+aiosqlite:///")
    assert settings.today is None
    assert settings.nrdp_password is None


def test_a_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAILFAIR_DATABASE_URL", "sqlite+aiosqlite:////srv/railfair.db")
    monkeypatch.setenv("RAILFAIR_TODAY", "2026-11-23")
    monkeypatch.setenv("RAILFAIR_FEEDS_DIRECTORY", "/srv/feeds")
    settings = Settings.load()
    assert settings.database_url == "sqlite+aiosqlite:////srv/railfair.db"
    assert settings.today == date(2026, 11, 23)
    assert settings.feeds_directory == Path("/srv/feeds")


def test_a_setting_is_read_from_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("RAILFAIR_LOG_LEVEL=debug\nSOMETHING_ELSE=1\n")
    assert Settings.load().log_level == "debug"


def test_the_environment_beats_the_env_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("RAILFAIR_LOG_LEVEL=debug\n")
    monkeypatch.setenv("RAILFAIR_LOG_LEVEL", "error")
    assert Settings.load().log_level == "error"


def test_an_empty_variable_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAILFAIR_TODAY", "")
    monkeypatch.setenv("RAILFAIR_LOG_LEVEL", "")
    assert Settings.load() == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RAILFAIR_LOG_LEVEL", "loud"),
        ("RAILFAIR_TODAY", "2026-02-31"),
        ("RAILFAIR_IMPORT_TOLERANCE", "1.5"),
        ("RAILFAIR_DATABASE_BUSY_TIMEOUT_S", "0"),
        ("RAILFAIR_DATABASE_POOL_SIZE", "many"),
        ("RAILFAIR_MAX_BODY_BYTES", "-1"),
        ("RAILFAIR_FEED_ATTEMPTS", "0"),
        ("RAILFAIR_FARES_UPDATE", "daily"),
        ("RAILFAIR_FARES_UPDATE_AT", "24:00"),
        ("RAILFAIR_FARES_UPDATE_AT", "0230"),
        ("RAILFAIR_FARES_UPDATE_AT", "02:30Z"),
        ("RAILFAIR_CACHE", "three-tier"),
        ("RAILFAIR_CACHE_LOCAL_MB", "0"),
        ("RAILFAIR_CACHE_STALE_S", "-1"),
        ("RAILFAIR_REDIS_TIMEOUT_S", "0"),
        ("RAILFAIR_REDIS_URL", "localhost:6379"),
        ("RAILFAIR_RATE_LIMIT", "lots"),
        ("RAILFAIR_RATE_LIMIT", "0/minute"),
        ("RAILFAIR_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("RAILFAIR_TRUSTED_PROXIES", "everybody"),
        ("RAILFAIR_CORS_ORIGINS", "app.example.org"),
        ("RAILFAIR_CORS_ORIGINS", "https://app.example.org/"),
        ("RAILFAIR_DEADLINE_S", "0"),
        ("RAILFAIR_MAX_IN_WORK", "0"),
        ("RAILFAIR_DRAIN_S", "-1"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings) as refusal:
        Settings.load()
    assert str(refusal.value).startswith(f"{name}: ")
    assert value in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "limit"),
    [("600/minute", "600/minute"), ("5/Second", "5/second"), ("off", None), (" OFF ", None)],
)
def test_a_rate_limit_is_a_quota_or_off(
    monkeypatch: pytest.MonkeyPatch, given: str, limit: str | None
) -> None:
    monkeypatch.setenv("RAILFAIR_RATE_LIMIT", given)
    assert Settings.load().rate_limit == (None if limit is None else quota(limit))


@pytest.mark.parametrize(
    "given", ["10.0.0.0/8,fd00::/8", "10.0.0.0/8, fd00::/8", "10.0.0.0/8 fd00::/8"]
)
def test_networks_and_origins_are_lists(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("RAILFAIR_TRUSTED_PROXIES", given)
    monkeypatch.setenv("RAILFAIR_CORS_ORIGINS", "https://a.example, http://localhost:3000")
    settings = Settings.load()
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert settings.cors_origins == ("https://a.example", "http://localhost:3000")


def test_settings_do_not_change() -> None:
    settings = Settings.load()
    with pytest.raises(ValidationError, match="frozen"):
        settings.log_level = "error"


@pytest.mark.parametrize(
    "name", ["NRDP_PASSWORD", "RDM_TIMETABLE_KEY", "RDM_FARES_KEY", "HSP_PASSWORD", "HSP_KEY"]
)
def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(PREFIX + name, "a-great-secret")
    settings = Settings.load()
    assert getattr(settings, name.lower()).get_secret_value() == "a-great-secret"
    assert "a-great-secret" not in f"{settings!r} {settings}"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_described(name: str) -> None:
    assert (Settings.model_fields[name].description or "").endswith(".")


@pytest.mark.parametrize(
    "url",
    [
        "memory:",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///",
        "sqlite+aiosqlite:///:memory:",
        "sqlite:///railfair.db",
        "postgresql://db/railfair",
        "postgresql+asyncpg://db",
        "postgresql+asyncpg://db/",
        "postgresql+asyncpg:///railfair",
        "postgresql+asyncpg://db:port/railfair",
        "postgresql+asyncpg://me:p@ss@db/railfair",
    ],
)
def test_a_database_that_cannot_be_opened_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("RAILFAIR_DATABASE_URL", url)
    with pytest.raises(InvalidSettings, match=r"^RAILFAIR_DATABASE_URL: has .*path of a file"):
        Settings.load()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://db/railfair",
        "postgresql+asyncpg://me@db.example.org:5433/railfair",
        "postgresql+asyncpg://me:p%40ss%2Fword@10.0.0.1/railfair?ssl=require",
        "postgresql+asyncpg://me:secret@[::1]:5432/railfair",
    ],
)
def test_a_database_may_be_postgresql(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("RAILFAIR_DATABASE_URL", url)
    assert Settings.load().database_url == url


@pytest.mark.parametrize("password", ["hidden", "hid/den", "hid@den", "hid den", "hid:den"])
def test_the_password_of_a_database_that_is_refused_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("RAILFAIR_DATABASE_URL", f"postgresql://me:{password}@db/railfair")
    with pytest.raises(InvalidSettings) as refusal:
        Settings.load()
    assert password not in str(refusal.value)
    assert "hid" not in str(refusal.value)


def test_the_password_of_the_database_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql+asyncpg://me:hidden@db/railfair"
    monkeypatch.setenv("RAILFAIR_DATABASE_URL", url)
    settings = Settings.load()
    assert "hidden" not in f"{settings!r} {settings}"
    assert settings.without_secrets(f"at {url}") == "at postgresql+asyncpg://***@db/railfair"


PORTAL = {"NRDP_USERNAME": "someone@example.org", "NRDP_PASSWORD": "secret"}
MARKETPLACE = {"RDM_FARES_URL": "https://example.org/fares", "RDM_FARES_KEY": "secret"}


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({}, None),
        (PORTAL, time(2, 30)),
        (MARKETPLACE, time(2, 30)),
        ({"NRDP_USERNAME": "someone@example.org"}, None),
        ({"RDM_FARES_URL": "https://example.org/fares"}, None),
        ({**PORTAL, "FARES_UPDATE": "off"}, None),
        ({"FARES_UPDATE": "on", "FARES_UPDATE_AT": "23:05"}, time(23, 5)),
    ],
)
def test_the_fares_are_updated_daily_if_there_are_credentials_or_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], at: time | None
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(PREFIX + name, value)
    assert Settings.load().daily_fares_update == at


def test_secrets_are_taken_out_of_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAILFAIR_NRDP_PASSWORD", "a-great-secret")
    monkeypatch.setenv("RAILFAIR_HSP_KEY", "another")
    shown = Settings.load().without_secrets("sent a-great-secret, another and more")
    assert shown == "sent ***, *** and more"


def test_the_address_of_redis_is_a_secret_for_it_may_hold_a_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAILFAIR_REDIS_URL", "redis://:a-great-secret@redis:6379/0")
    settings = Settings.load()
    assert "a-great-secret" not in f"{settings!r} {settings}"
    monkeypatch.setenv("RAILFAIR_REDIS_URL", "https://:a-great-secret@redis:6379/0")
    with pytest.raises(InvalidSettings, match=r"^RAILFAIR_REDIS_URL: has to begin") as refusal:
        Settings.load()
    assert "a-great-secret" not in str(refusal.value)


@pytest.mark.parametrize("name", ["NRDP_PASSWORD", "REDIS_URL", "DATABASE_URL"])
def test_a_secret_may_stand_in_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    given = {
        "NRDP_PASSWORD": "open-sesame",
        "REDIS_URL": "redis://:open-sesame@redis/0",
        "DATABASE_URL": "postgresql+asyncpg://me:open-sesame@db/railfair",
    }[name]
    (tmp_path / "secret").write_text(f"{given}\n")
    monkeypatch.setenv(f"{PREFIX}{name}_FILE", str(tmp_path / "secret"))
    settings = Settings.load()
    assert written(getattr(settings, name.lower())) == given
    assert "sesame" not in f"{settings!r} {settings} {settings.shown()}"
    assert Settings.unknown() == []


def test_a_file_of_a_secret_may_be_named_in_the_env_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a-great-secret")
    (tmp_path / ".env").write_text(f"RAILFAIR_HSP_KEY_FILE={tmp_path / 'secret'}\n")
    assert written(Settings.load().hsp_key) == "a-great-secret"


@pytest.mark.parametrize(
    ("content", "also", "why"),
    [
        (None, {}, "cannot be read (No such file or directory)"),
        (b"", {}, "is empty"),
        (b"\n", {}, "is empty"),
        (b"\xff\xfe\xfa", {}, "is no text"),
        (b"one", {"RAILFAIR_HSP_KEY": "another"}, "and RAILFAIR_HSP_KEY as well"),
    ],
)
def test_a_file_without_a_secret_is_named(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    content: bytes | None,
    also: dict[str, str],
    why: str,
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    for name, value in {"RAILFAIR_HSP_KEY_FILE": str(file), **also}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings, match=re.escape(why)) as refusal:
        Settings.load()
    assert str(refusal.value).startswith("RAILFAIR_HSP_KEY_FILE: ")


def test_only_secrets_stand_in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAILFAIR_LOG_LEVEL_FILE", "/nowhere")
    assert [str(one) for one in Settings.unknown()] == [
        "RAILFAIR_LOG_LEVEL_FILE: there is no such setting; is RAILFAIR_LOG_LEVEL meant?"
    ]


def test_all_that_is_wrong_is_known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAILFAIR_DEADLINE_S", "0")
    monkeypatch.setenv("RAILFAIR_LOG_LEVEL", "loud")
    with pytest.raises(InvalidSettings) as refusal:
        Settings.load()
    assert [one.name for one in refusal.value.problems] == [
        "RAILFAIR_LOG_LEVEL",
        "RAILFAIR_DEADLINE_S",
    ]


def test_what_is_shown_can_be_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "RAILFAIR_RATE_LIMIT": "off",
        "RAILFAIR_TRUSTED_PROXIES": "10.0.0.0/8,fd00::/8",
        "RAILFAIR_CORS_ORIGINS": "https://a.example,http://localhost:3000",
        "RAILFAIR_FARES_UPDATE_AT": "23:05",
        "RAILFAIR_TODAY": "2026-11-23",
        "RAILFAIR_FEEDS_DIRECTORY": "/srv/feeds",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings.load()
    for name, value in settings.shown().items():
        monkeypatch.setenv(name, value)
    assert Settings.load() == settings

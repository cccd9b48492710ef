"""`railfair config check`, and how a wrong setting stops any start."""

from pathlib import Path

import pytest

from e2e.conftest import Run
from railfair.config import Settings
from railfair.domain.features import Feature


def test_what_is_wrong_is_said_at_once_with_what_to_write_instead(run: Run, tmp_path: Path) -> None:
    done = run(
        "config",
        "check",
        RAILFAIR_DEADLINE_S="0",
        RAILFAIR_LOG_LEVEL="loud",
        RAILFAIR_REDIS_URLL="redis://redis",
        RAILFAIR_NRDP_PASSWORD_FILE=str(tmp_path / "nowhere"),
    )
    assert done.code == 2
    assert done.out == ""
    assert "RAILFAIR_DEADLINE_S: Input should be greater than 0, not '0'" in done.err
    assert "RAILFAIR_LOG_LEVEL: Input should be 'debug'" in done.err
    assert "RAILFAIR_REDIS_URLL: there is no such setting; is RAILFAIR_REDIS_URL meant?" in done.err
    assert f"RAILFAIR_NRDP_PASSWORD_FILE: {tmp_path / 'nowhere'} cannot be read" in done.err
    assert "Without it: 10.0." in done.err
    assert "4 settings cannot be meant" in done.err


def test_what_counts_is_shown_without_secrets_and_can_be_read_back(
    run: Run, tmp_path: Path
) -> None:
    secret = tmp_path / "password"
    secret.write_text("a-great-secret\n")
    done = run(
        "config",
        "check",
        RAILFAIR_NRDP_USERNAME="someone",
        RAILFAIR_NRDP_PASSWORD_FILE=str(secret),
        RAILFAIR_REDIS_URL="redis://:another@redis:6379/0",
        RAILFAIR_TRUSTED_PROXIES="10.0.0.0/8, fd00::/8",
    )
    assert done.code == 0, done.err
    assert "secret" not in done.out
    assert "another" not in done.out
    lines = dict(line.split("=", 1) for line in done.out.splitlines())
    assert lines.keys() == {f"RAILFAIR_{name.upper()}" for name in Settings.model_fields}
    assert lines["RAILFAIR_NRDP_PASSWORD"] == "***  # RAILFAIR_NRDP_PASSWORD_FILE"
    assert lines["RAILFAIR_REDIS_URL"] == "***"
    assert lines["RAILFAIR_TRUSTED_PROXIES"] == "10.0.0.0/8,fd00::/8"
    assert lines["RAILFAIR_FARES_UPDATE_AT"] == "02:30  # default"


def test_credentials_by_half_are_doubted(run: Run) -> None:
    done = run("config", "check", RAILFAIR_NRDP_USERNAME="someone")
    assert done.code == 0
    assert "RAILFAIR_NRDP_PASSWORD: is not set, but RAILFAIR_NRDP_USERNAME is" in done.err


@pytest.mark.parametrize("command", [("serve",), ("db", "check"), ("predict", "NRW", "LST")])
def test_a_wrong_setting_stops_any_start_with_one_line(run: Run, command: tuple[str, ...]) -> None:
    done = run(*command, RAILFAIR_DEADLINE_S="soon", RAILFAIR_MAX_IN_WORK="0")
    assert done.code == 2
    (line,) = done.err.splitlines()
    assert line.startswith("railfair: RAILFAIR_DEADLINE_S: ")
    assert "1 more: railfair config check" in line


def test_a_name_that_is_no_setting_is_told_in_the_log(run: Run) -> None:
    done = run("db", "check", RAILFAIR_DRAIN="5")
    assert done.code == 0
    assert "unknown setting" in done.err
    assert "RAILFAIR_DRAIN" in done.err
    assert "RAILFAIR_DRAIN_S" in done.err


def test_the_documentation_has_the_table_of_all_settings(run: Run) -> None:
    table = run("config", "describe").out
    assert table.count("\n| `RAILFAIR_") == len(Settings.model_fields)
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")
    assert page.endswith(table), "railfair config describe prints the table as it should be"


def test_the_documentation_names_every_feature() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")
    for feature in Feature:
        assert f"\n| `{feature}` |" in page

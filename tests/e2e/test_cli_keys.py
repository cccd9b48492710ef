"""`railfair keys`: made once, listed, revoked."""

import json
from pathlib import Path

import pytest

from e2e.conftest import Run


@pytest.fixture
def database(run: Run, tmp_path: Path) -> Path:
    file = tmp_path / "keys.db"
    assert run("db", "upgrade", database=file).code == 0
    return file


def test_a_key_is_shown_once_listed_and_revoked(run: Run, database: Path) -> None:
    made = run("keys", "create", "app", "--quota", "60/minute", database=database)
    secret = made.out.strip()
    assert (made.code, secret.count("\n")) == (0, 0)
    assert "not shown again" in made.err
    listed = run("keys", "list", database=database).out
    assert secret[:11] in listed
    assert "60/minute" in listed
    assert secret not in listed
    assert secret.encode() not in database.read_bytes()
    assert run("keys", "revoke", secret[:11], database=database).code == 0
    [key] = json.loads(run("keys", "list", "--json", database=database).out)
    assert (key["prefix"], key["name"], key["state"]) == (secret[:11], "app", "revoked")


def test_a_key_for_programs_is_json(run: Run, database: Path) -> None:
    made = run(
        "keys", "create", "ops", "--admin", "--expires", "2027-01-01", "--json", database=database
    )
    shown = json.loads(made.out)
    assert shown["key"].startswith(shown["prefix"] + "_")
    assert (shown["is_admin"], shown["quota"]) == (True, None)
    assert shown["expires_at"] == "2027-01-01T00:00:00+00:00"


def test_without_a_key_the_list_says_how_to_make_one(run: Run, database: Path) -> None:
    assert "railfair keys create NAME" in run("keys", "list", database=database).out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("create", "a b"), 3, "name: has to be"),
        (("create", "app", "--quota", "lots"), 2, "such as 600/minute"),
        (("create", "app", "--expires", "2020-01-01"), 3, "in the future"),
        (("revoke", "nobody"), 4, "railfair keys list"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    run: Run, database: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended = run("keys", *arguments, database=database)
    assert ended.code == code
    assert said in ended.err
    assert "Traceback" not in ended.err

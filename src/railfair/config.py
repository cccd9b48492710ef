"""Settings: read once, from the environment and `.env`; the only reader of either.

What is secret may stand in a file instead: `RAILFAIR_NRDP_PASSWORD_FILE` names the one that holds
`RAILFAIR_NRDP_PASSWORD`.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Final, Literal, Self, get_args

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from railfair.domain.errors import MalformedParameter
from railfair.domain.features import Feature
from railfair.domain.quota import Quota, quota

PREFIX = "RAILFAIR_"
ENV_FILE: Final = Path(".env")
FILE_SUFFIX: Final = "_FILE"
SQLITE_FILE = re.compile(r"sqlite\+aiosqlite:///(?!:memory:)[^?]+(\?.*)?")
POSTGRESQL = re.compile(
    r"postgresql\+asyncpg://([^:@/\s]+(:[^@/\s]*)?@)?([\w.-]+|\[[\da-fA-F:.]+\])(:\d{1,5})?/[^?/\s]+(\?\S*)?"
)
PASSWORD = re.compile(r"//.*@", re.DOTALL)
REDIS = re.compile(r"(redis|rediss|unix)://.+")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
ORIGIN = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+", re.ASCII)
SHORTEST_SECRET = 32
OUR_OWN = "Value error, "
"""What pydantic puts before the sentences of this file's own checks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingProblem:
    """What is wrong with the variable *name*: *why*, in one line that tells no secret."""

    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"


class InvalidSettings(Exception):
    """Settings cannot be meant; the message names the first of the *problems* in one line."""

    def __init__(self, problems: Sequence[SettingProblem]) -> None:
        more = len(problems) - 1
        besides = f" (and {more} more: railfair config check)" if more else ""
        super().__init__(f"{problems[0]}{besides}")
        self.problems = tuple(problems)


def _database(url: str) -> str:
    if not (SQLITE_FILE.fullmatch(url) or POSTGRESQL.fullmatch(url)):
        raise ValueError(
            "has to be sqlite+aiosqlite:/// and the path of a file, or"
            " postgresql+asyncpg://user:password@host:port/database"
            " (what is special in a password as %40 for @)"
        )
    return url


def _redis(url: SecretStr) -> SecretStr:
    if not REDIS.fullmatch(url.get_secret_value()):
        raise ValueError("has to begin with redis://, rediss:// or unix://")
    return url


def _secrets(secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if any(len(one.get_secret_value()) < SHORTEST_SECRET for one in secrets):
        raise ValueError(f"has to be secrets of {SHORTEST_SECRET} characters or more each")
    return secrets


def _clock(given: object) -> object:
    if isinstance(given, str) and not CLOCK.fullmatch(given):
        raise ValueError("has to be a time of the day such as 02:30")
    return given


def _words(given: object) -> object:
    return given.replace(",", " ").split() if isinstance(given, str) else given


def _quota(given: object) -> object:
    if not isinstance(given, str):
        return given
    if given.strip().lower() == "off":
        return None
    try:
        return quota(given)
    except MalformedParameter as error:
        raise ValueError(f"{error.detail}, or off") from error


def _networks(given: object) -> object:
    words = _words(given)
    if not isinstance(words, Sequence):
        return words
    try:
        return tuple(ip_network(word) for word in words)
    except ValueError as error:
        raise ValueError("has to be networks such as 10.0.0.0/8, fd00::/8") from error


def _origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    if not all(one == "*" or ORIGIN.fullmatch(one) for one in origins):
        raise ValueError("has to be origins such as https://app.example.org, or *")
    return origins


class Settings(BaseSettings):
    """Everything that can be set, each as `RAILFAIR_` and its name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, extra="ignore", frozen=True, env_ignore_empty=True
    )

    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default="sqlite+aiosqlite:///var/railfair.db",
        repr=False,
        description="SQLAlchemy URL of the database: sqlite+aiosqlite:/// and a path, or"
        " postgresql+asyncpg://user:password@host:port/database.",
    )
    database_busy_timeout_s: Annotated[float, Field(gt=0)] = Field(
        default=30.0, description="Seconds that a writer waits for another one."
    )
    database_pool: Literal["on", "off"] = Field(
        default="on",
        description="Whether a process keeps connections; off: each use opens one and closes it.",
    )
    database_pool_size: Annotated[int, Field(ge=1)] = Field(
        default=20, description="Connections kept open by a process."
    )
    database_pool_overflow: Annotated[int, Field(ge=0)] = Field(
        default=10, description="Connections opened beyond these while all are in use."
    )
    database_pool_timeout_s: Annotated[float, Field(gt=0)] = Field(
        default=30.0, description="Seconds to wait for a connection when all are in use."
    )
    database_pool_recycle_s: Annotated[float, Field(gt=0)] = Field(
        default=3600.0, description="Age in seconds at which a connection is replaced."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe log lines that are written."
    )
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto", description="console on a terminal and json elsewhere, or always one."
    )
    metrics: Literal["on", "off"] = Field(
        default="on",
        description="Whether what happens is counted for /metrics; off: it tells only what is true"
        " at the moment.",
    )
    today: date | None = Field(
        default=None, description="Pretend that it is this day (for demonstrations)."
    )
    max_body_bytes: Annotated[int, Field(ge=1024)] = Field(
        default=262_144, description="Largest request body that is read."
    )
    rate_limit: Annotated[Quota | None, NoDecode, BeforeValidator(_quota)] = Field(
        default=Quota(limit=6_000, window_s=60),
        description="What a client without a key may ask for, such as 600/minute, or off.",
    )
    feedback_limit: Annotated[Quota | None, NoDecode, BeforeValidator(_quota)] = Field(
        default=Quota(limit=20, window_s=3_600),
        description="How often a client may tell how journeys went, such as 20/hour, or off.",
    )
    preferences_secrets: Annotated[
        tuple[SecretStr, ...], NoDecode, BeforeValidator(_words), AfterValidator(_secrets)
    ] = Field(
        default=(),
        description="What preferences are signed with: the first signs, all are believed; without"
        " any, a key that the service makes and keeps in the database.",
    )
    trusted_proxies: Annotated[
        tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)
    ] = Field(
        default=(),
        description="Networks of the proxies whose X-Forwarded-For is believed: 10.0.0.0/8, ….",
    )
    keys_reread_s: Annotated[float, Field(gt=0)] = Field(
        default=10.0, description="Seconds after which a revoked API key is refused at the latest."
    )
    cors_origins: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_origins)
    ] = Field(
        default=(),
        description="Origins of the web pages that may ask: https://app.example.org, …, or *.",
    )
    hsts_max_age_s: Annotated[int, Field(ge=0)] = Field(
        default=0,
        description="Seconds for which browsers insist on HTTPS; 0 says nothing to them.",
    )
    deadline_s: Annotated[float, Field(gt=0)] = Field(
        default=10.0, description="Seconds after which an answer that is not ready is given up."
    )
    max_in_work: Annotated[int, Field(ge=1)] = Field(
        default=8, description="Requests that a worker works on at once."
    )
    max_waiting: Annotated[int, Field(ge=0)] = Field(
        default=128, description="Requests that may wait for their turn; more are refused at once."
    )
    max_wait_s: Annotated[float, Field(gt=0)] = Field(
        default=2.0, description="Seconds that a request waits for its turn before it is refused."
    )
    keep_alive_s: Annotated[float, Field(gt=0)] = Field(
        default=5.0,
        description="Seconds for which an idle connection stays open; longer than a balancer's.",
    )
    drain_s: Annotated[float, Field(ge=0)] = Field(
        default=0.0,
        description="Seconds from the order to stop, when it is no longer ready, to the end of"
        " listening.",
    )
    import_tolerance: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.05, description="Share of bad records above which an import is given up."
    )
    networks_directory: Path | None = Field(
        default=None,
        description="Where the planner's networks are kept; beside the database if not set.",
    )
    threads: Annotated[int, Field(ge=0)] = Field(
        default=2,
        description="Threads of a process that search, price and weigh journeys; 0: one thing at a"
        " time, while nothing else is answered.",
    )
    fare_rounding: Literal["down", "nearest", "up"] = Field(
        default="down", description="Which way discounted fares go to a whole step (5p)."
    )
    cache: Literal["two-tier", "local", "off"] = Field(
        default="two-tier",
        description="Where answers are kept: in this process and in Redis, in this process, or"
        " nowhere; without redis_url, two-tier is local.",
    )
    cache_local_mb: Annotated[int, Field(ge=1)] = Field(
        default=32, description="Megabytes of answers that each worker keeps in its memory."
    )
    cache_predictions_s: Annotated[float, Field(gt=0)] = Field(
        default=3600.0, description="Seconds for which predictions are fresh."
    )
    cache_fares_s: Annotated[float, Field(gt=0)] = Field(
        default=86_400.0, description="Seconds for which fares are fresh."
    )
    cache_plans_s: Annotated[float, Field(gt=0)] = Field(
        default=3600.0, description="Seconds for which planned journeys are fresh."
    )
    cache_statistics_s: Annotated[float, Field(gt=0)] = Field(
        default=21_600.0, description="Seconds for which statistics of routes are fresh."
    )
    cache_places_s: Annotated[float, Field(gt=0)] = Field(
        default=21_600.0, description="Seconds for which stations and everything else are fresh."
    )
    cache_stale_s: Annotated[float, Field(ge=0)] = Field(
        default=21_600.0,
        description="Seconds after that for which an answer may still go out while it is made anew"
        " or cannot be.",
    )
    popularity_flush_s: Annotated[float, Field(gt=0, le=10)] = Field(
        default=5.0,
        description="Seconds for which counts of requests stay in a worker before they are put"
        " away; so much is lost when it is killed.",
    )
    forecast_log: Literal["on", "off"] = Field(
        default="on",
        description="Whether forecasts that are served are logged, to be scored once the running of"
        " their day is imported.",
    )
    redis_url: Annotated[SecretStr, AfterValidator(_redis)] | None = Field(
        default=None,
        description="Redis that workers and replicas share: redis://, rediss:// or unix://.",
    )
    redis_prefix: str = Field(
        default="railfair:", description="How the names of everything in Redis begin."
    )
    redis_timeout_s: Annotated[float, Field(gt=0)] = Field(
        default=0.2, description="Seconds that anything waits for Redis."
    )
    redis_connections: Annotated[int, Field(ge=1)] = Field(
        default=16, description="Connections of a worker to Redis at most."
    )
    features_off: Annotated[tuple[Feature, ...], NoDecode, BeforeValidator(_words)] = Field(
        default=(),
        description="Parts of the service that are turned off: predictions, batch, fares, trends,"
        " journeys, departures, stations, routes, statistics.",
    )
    features_file: Path | None = Field(
        default=None,
        description="File that names more of them, read again while the service runs; without it"
        " none.",
    )
    features_reread_s: Annotated[float, Field(gt=0)] = Field(
        default=2.0, description="Seconds after which that file is read again."
    )
    feeds_directory: Path = Field(
        default=Path("var/feeds"), description="Where fetched feeds are kept."
    )
    nrdp_url: str = Field(
        default="https://opendata.nationalrail.co.uk",
        description="National Rail data portal: timetable and fares.",
    )
    nrdp_username: str | None = Field(default=None, description="User of the data portal.")
    nrdp_password: SecretStr | None = Field(default=None, description="Password of that user.")
    rdm_timetable_url: str | None = Field(
        default=None, description="Rail Data Marketplace: where the timetable zip is offered."
    )
    rdm_fares_url: str | None = Field(
        default=None, description="Rail Data Marketplace: where the fares zip is offered."
    )
    rdm_timetable_key: SecretStr | None = Field(
        default=None, description="Key of the timetable product."
    )
    rdm_fares_key: SecretStr | None = Field(default=None, description="Key of the fares product.")
    hsp_url: str = Field(
        default="https://hsp-prod.rockshore.net/api/v1",
        description="Historical service performance; an address of either service.",
    )
    hsp_username: str | None = Field(
        default=None, description="User of HSP where it asks for one (HTTP Basic)."
    )
    hsp_password: SecretStr | None = Field(default=None, description="Password of that user.")
    hsp_key: SecretStr | None = Field(
        default=None, description="Key of HSP at the Rail Data Marketplace (x-apikey)."
    )
    feed_timeout_s: Annotated[float, Field(gt=0)] = Field(
        default=60.0, description="Seconds to wait for a feed's service to send anything."
    )
    feed_attempts: Annotated[int, Field(ge=1)] = Field(
        default=5, description="How often a feed is asked for before giving up."
    )

    fares_update: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Whether the service fetches and imports the fares every day by itself; auto:"
        " if it has what the data portal or the marketplace asks for.",
    )
    fares_update_at: Annotated[time, BeforeValidator(_clock)] = Field(
        default=time(2, 30), description="When it does so: HH:MM in London."
    )

    @property
    def daily_fares_update(self) -> time | None:
        """When the service updates the fares by itself, London time; `None` if it does not."""
        portal = self.nrdp_username and self.nrdp_password
        marketplace = self.rdm_fares_url and self.rdm_fares_key
        is_on = self.fares_update == "on" or (
            self.fares_update == "auto" and bool(portal or marketplace)
        )
        return self.fares_update_at if is_on else None

    def without_secrets(self, text: str) -> str:
        """Return *text* with three stars in the place of each secret that is set."""
        for _, value in self:
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, SecretStr):
                    text = text.replace(one.get_secret_value(), "***")
        return text.replace(self.database_url, PASSWORD.sub("//***@", self.database_url))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - a folder of files
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where settings come from, the strongest first."""
        files = InitSettingsSource(settings_cls, _secret_files(cls.model_fields)[0])
        return init_settings, files, env_settings, dotenv_settings

    @classmethod
    def load(cls) -> Self:
        """Read the settings; raise `InvalidSettings` naming what cannot be meant."""
        _, problems = _secret_files(cls.model_fields)
        try:
            read = cls()
        except ValidationError as error:
            raise InvalidSettings(
                [*problems, *(_problem(one) for one in error.errors())]
            ) from error
        if problems:
            raise InvalidSettings(problems)
        return read

    @classmethod
    def unknown(cls) -> list[SettingProblem]:
        """Return the variables that are named like settings and are none."""
        known = [name_of(field) for field in cls.model_fields]
        files = [name_of(field) + FILE_SUFFIX for field in secrets(cls.model_fields)]
        return [
            SettingProblem(name=name, why=f"there is no such setting{_meant(name, known)}")
            for name in sorted(given())
            if name not in known and name not in files
        ]

    def doubts(self) -> list[SettingProblem]:
        """Return what is set by half: nothing keeps the service from starting, but is it meant?"""
        return [
            SettingProblem(name=name_of(lacks), why=f"is not set, but {name_of(has)} is")
            for pair in TOGETHER
            for has, lacks in (pair, pair[::-1])
            if getattr(self, has) is not None and getattr(self, lacks) is None
        ]

    def shown(self) -> dict[str, str]:
        """Return the value of each setting as one would write it, three stars for what is secret.

        The keys are the names of variables, in the order of this class.
        """
        masked = {"database_url": PASSWORD.sub("//***@", self.database_url)}
        masked |= {field: "***" for field, value in self if isinstance(value, SecretStr)}
        masked |= {} if self.rate_limit else {"rate_limit": "off"}
        return {name_of(field): masked.get(field, written(value)) for field, value in self}


TOGETHER: Final = (
    ("nrdp_username", "nrdp_password"),
    ("rdm_fares_url", "rdm_fares_key"),
    ("rdm_timetable_url", "rdm_timetable_key"),
    ("hsp_username", "hsp_password"),
)
"""Settings that are of use only in pairs."""


def name_of(field: str) -> str:
    """Return the variable that sets *field*."""
    return PREFIX + field.upper()


def given() -> Mapping[str, str]:
    """Return all variables that are named like settings and are not empty, by name in capitals.

    Those of the environment count before those of `.env`.
    """
    of_file = dotenv_values(ENV_FILE) if ENV_FILE.is_file() else {}
    return {
        name.upper(): value
        for name, value in {**of_file, **os.environ}.items()
        if value and name.upper().startswith(PREFIX)
    }


def secrets(fields: Mapping[str, FieldInfo]) -> list[str]:
    """Return the names of those of *fields* that may hold a secret."""
    return [
        name
        for name, field in fields.items()
        if _is_secret(field.annotation) or name == "database_url"
    ]


def _is_secret(kind: object) -> bool:
    return kind is SecretStr or any(map(_is_secret, get_args(kind)))


def written(value: object) -> str:
    """Return *value* as it would stand in `.env`."""
    match value:
        case None:
            return ""
        case SecretStr():
            return value.get_secret_value()
        case Quota():
            return str(value)
        case tuple():
            return ",".join(map(written, value))
        case time():
            return f"{value:%H:%M}"
        case _:
            return str(value)


def _secret_files(
    fields: Mapping[str, FieldInfo],
) -> tuple[dict[str, str], list[SettingProblem]]:
    """Return the secrets that stand in files, by field, and what is wrong with such files."""
    read: dict[str, str] = {}
    problems: list[SettingProblem] = []
    set_ = given()
    for field in secrets(fields):
        name = name_of(field) + FILE_SUFFIX
        if (path := set_.get(name)) is None:
            continue
        try:
            content = Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            said = error.strerror if isinstance(error, OSError) else "is no text"
            problems.append(SettingProblem(name=name, why=f"{path} cannot be read ({said})"))
            continue
        if name_of(field) in set_:
            why = f"is set, and {name_of(field)} as well: one of them is enough"
            problems.append(SettingProblem(name=name, why=why))
        elif not content:
            problems.append(SettingProblem(name=name, why=f"{path} is empty"))
        read[field] = content
    return read, problems


def _problem(error: ErrorDetails) -> SettingProblem:
    name = name_of("_".join(str(part) for part in error["loc"]))
    shown = PASSWORD.sub("//***@", repr(error["input"]))
    return SettingProblem(name=name, why=f"{error['msg'].removeprefix(OUR_OWN)}, not {shown}")


def _meant(name: str, known: Sequence[str]) -> str:
    found = get_close_matches(name, known, n=1)
    return f"; is {found[0]} meant?" if found else ""

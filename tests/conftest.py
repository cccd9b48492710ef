"""What the tests share: servers that take a second to start, started once."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from railfair.adapters.sql.migrations import Migrations
from support.postgresql import TEMPLATE, Server, postgresql_running

# How quick the machine is says nothing about what is tested.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Yield a PostgreSQL server, on which the database `TEMPLATE` has been migrated."""
    with postgresql_running() as server:
        server.execute(server.url("postgres"), f'CREATE DATABASE "{TEMPLATE}"')
        Migrations(server.url(TEMPLATE)).upgrade()
        yield server

"""What the tests share: servers that take a second to start, started once."""

from collections.abc import Iterator

import pytest

from railfair.adapters.sql.migrations import Migrations
from support.postgresql import TEMPLATE, Server, postgresql_running


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Yield a PostgreSQL server, on which the database `TEMPLATE` has been migrated."""
    with postgresql_running() as server:
        server.execute(server.url("postgres"), f'CREATE DATABASE "{TEMPLATE}"')
        Migrations(server.url(TEMPLATE)).upgrade()
        yield server

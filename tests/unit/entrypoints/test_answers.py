"""What answers are called, and what is kept in mind of the addresses that ask for them."""

import random
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, Final

import msgspec
from litestar.testing import RequestFactory

from railfair.adapters.clock.clock import FixedClock
from railfair.adapters.memory.cache import MemoryCache
from railfair.adapters.memory.locks import MemoryLocks
from railfair.adapters.memory.storage import MemoryStorage
from railfair.application.cached import CachedAnswers
from railfair.application.popularity import Popularity
from railfair.application.predict_delay import PredictionQuery
from railfair.application.questions import Question
from railfair.application.tiered_cache import TieredCache
from railfair.bootstrap import lifetimes
from railfair.config import Settings
from railfair.domain.cache_keys import Kind
from railfair.domain.codes import Crs
from railfair.entrypoints.http.admission import Gate
from railfair.entrypoints.http.answers import Answers

TODAY: Final = date(2026, 11, 25)
QUERY: Final = PredictionQuery(
    origin=Crs("NRW"), destination=Crs("LST"), day=TODAY + timedelta(days=9), time_min=480
)


class Told(msgspec.Struct):
    """An answer."""

    word: str


class Service:
    """Answers over an edition that a test changes."""

    def __init__(self) -> None:
        locks = MemoryLocks(now=lambda: 0.0)
        tiers = TieredCache(MemoryCache(max_bytes=1_000_000, now=lambda: 0.0))
        self.edition = SimpleNamespace(name="one", is_lost=False)
        railfair: Any = SimpleNamespace(
            edition=self.edition,
            clock=FixedClock(TODAY),
            popularity=Popularity(MemoryStorage(), None, FixedClock(TODAY)),
            cache=CachedAnswers(
                tiers, locks, lifetimes(Settings()), now=lambda: 0.0, random=random.random
            ),
        )
        gate = Gate(most_in_work=1, most_waiting=1, patience_s=1)
        self.answers = Answers(railfair, gate)
        self.request = RequestFactory().get("/api/predict", query_params={"origin": "NRW"})

    async def ask(self, word: str, *, then_edition: str | None = None) -> bytes:
        """Ask for what is answered with *word*; meanwhile the edition becomes *then_edition*."""

        async def make() -> Told:
            self.edition.name = then_edition or self.edition.name
            return Told(word)

        question = Question(kind=Kind.PREDICTIONS, query=QUERY, ends=("NRW", "LST"))
        response = await self.answers.respond(self.request, question, make)
        return bytes(response.content)

    def at_hand(self) -> bytes | None:
        kept = self.answers.remembered(self.request.scope, {})
        return None if kept is None else kept.body


async def test_an_address_finds_its_answer_until_something_is_imported() -> None:
    service = Service()
    assert service.at_hand() is None
    assert await service.ask("old") == b'{"word":"old"}'
    assert service.at_hand() == b'{"word":"old"}'
    service.edition.name = "two"
    assert service.at_hand() is None
    assert await service.ask("new") == b'{"word":"new"}'
    assert service.at_hand() == b'{"word":"new"}'


async def test_what_was_asked_for_before_an_import_that_came_meanwhile_is_not_kept_in_mind() -> (
    None
):
    service = Service()
    await service.ask("old", then_edition="two")
    assert service.at_hand() is None
    assert await service.ask("new") == b'{"word":"new"}'

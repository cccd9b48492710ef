"""How often each client may ask."""

from typing import Protocol

from railfair.domain.quota import Allowance, Quota


class RateLimiter(Protocol):
    """Counts the requests of clients, exactly, over all processes that count together.

    Nothing here fails: what cannot be counted together is counted in this process.
    """

    def take(self, client: str, quota: Quota) -> Allowance | None:
        """Count a request of *client*, or return `None` if others have to be asked: `lease`.

        A request that is not allowed costs nothing.
        """
        ...

    async def lease(self, client: str, quota: Quota) -> Allowance:
        """Count a request of *client*, asking others where necessary."""
        ...

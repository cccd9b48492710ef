"""Work that is done at once, and fails as if it were done one after the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def together() -> AsyncIterator[asyncio.TaskGroup]:
    """Yield a group of tasks that ends with the block.

    An error leaves the block as it was raised, not within a group of errors: the first, if there
    are several.
    """
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None

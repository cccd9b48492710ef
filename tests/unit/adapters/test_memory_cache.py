"""What goes first, and how much memory the rest takes."""

import tracemalloc

from railfair.adapters.memory.cache import OVERHEAD_BYTES, MemoryCache
from railfair.ports.cache import Entry
from support.settable_clock import SettableClock


def entry(size: int) -> Entry:
    return Entry(body=bytes(size), made_at=1_800_000_000.0, fresh_s=60, kept_s=600, etag="x" * 16)


def cache_of(max_bytes: int) -> MemoryCache:
    return MemoryCache(max_bytes=max_bytes, now=SettableClock())


async def test_what_was_not_asked_for_longest_goes_first() -> None:
    cache = cache_of(3 * (OVERHEAD_BYTES + 101))
    for key in "abc":
        await cache.put(key, entry(100))
    assert cache.peek("a") is not None
    await cache.put("d", entry(100))
    assert [key for key in "abcd" if cache.peek(key) is not None] == ["a", "c", "d"]
    assert cache.evictions == 1


async def test_bytes_are_counted_and_never_more_than_the_bound() -> None:
    cache = cache_of(100_000)
    for number in range(1_000):
        await cache.put(f"key {number % 70}", entry(number * 7 % 5_000))
        assert cache.bytes <= 100_000
    kept = [key for number in range(70) if cache.peek(key := f"key {number}") is not None]
    assert len(kept) == len(cache) > 10
    for key in kept:
        await cache.put(key, entry(0))
    assert cache.bytes == sum(len(key) + OVERHEAD_BYTES for key in kept)


async def test_what_is_larger_than_the_bound_is_not_kept_and_drives_nothing_out() -> None:
    cache = cache_of(10_000)
    await cache.put("small", entry(100))
    await cache.put("large", entry(100))
    assert not await cache.put("large", entry(10_000))
    assert cache.peek("large") is None
    assert cache.peek("small") is not None
    assert cache.evictions == 0


async def test_what_is_counted_is_not_less_than_what_is_taken() -> None:
    cache = cache_of(1 << 30)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(20_000):
            body = b"%06d" % number * 20
            made_at, fresh_s, kept_s = number + 0.5, number + 1.5, 2e9 + number
            one = Entry(
                body=body, made_at=made_at, fresh_s=fresh_s, kept_s=kept_s, etag=f"{number:016x}"
            )
            await cache.put(f"fares:v:NRW-LST:time={number}", one)
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken <= cache.bytes


async def test_what_is_too_old_gives_its_room_back_when_it_is_asked_for() -> None:
    clock = SettableClock()
    cache = MemoryCache(max_bytes=10_000, now=clock)
    await cache.put("a", entry(100))
    clock.advance(600)
    assert cache.peek("a") is None
    assert cache.bytes == 0

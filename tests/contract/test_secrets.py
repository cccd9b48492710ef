"""`ports.secrets`: keys that the service makes for itself, kept by every storage."""

from railfair.ports.storage import Storage


async def test_keys_are_kept_by_name_until_they_are_set_anew(storage: Storage) -> None:
    async with storage.writing() as unit:
        assert await unit.secrets.get("one") is None
        await unit.secrets.put("one", b"\x00\xff")
        await unit.secrets.put("two", b"2")
    async with storage.writing() as unit:
        assert await unit.secrets.get("one") == b"\x00\xff"
        await unit.secrets.put("one", b"1")
    async with storage.reading() as unit:
        assert (await unit.secrets.get("one"), await unit.secrets.get("two")) == (b"1", b"2")

"""The number of the last synced batch, whatever a crash leaves of the file."""

from pathlib import Path

import pytest

from storage.kv.synced_through import DamagedSlotsError, SyncedThrough, create, read


def test_the_format(tmp_path: Path) -> None:
    path = tmp_path / "synced-through"
    create(path, 0x1234)
    content = path.read_bytes()
    assert len(content) == 8192
    assert content[:12].hex() == content[4096:4108].hex() == "000000000000123463d1ad4b"
    assert not any(content[12:4096])
    assert not list(tmp_path.glob("*.new"))


def test_numbers_are_written_to_the_slots_by_turns(tmp_path: Path) -> None:
    path = tmp_path / "synced-through"
    create(path)
    slots = SyncedThrough(path)
    for number in (1, 2, 3):
        slots.record(number)
        assert read(path) == number
    slots.close()
    content = path.read_bytes()
    found = set()
    for offset in (0, 4096):
        torn = bytearray(content)
        torn[offset + 3] ^= 1
        path.write_bytes(torn)
        found.add(read(path))
    assert found == {2, 3}


def test_without_a_whole_slot_there_is_no_number(tmp_path: Path) -> None:
    path = tmp_path / "synced-through"
    for content in (b"", bytes(4096), bytes(8192), b"\xff" * 8192):
        path.write_bytes(content)
        with pytest.raises(DamagedSlotsError):
            read(path)

"""Room on the disk: the floor, the ballast, and how both come back."""

from pathlib import Path

import pytest

from storage.disk import DiskGuard, DiskSettings
from storage.errors import DatabaseError

MIB = 1 << 20


class Measured(DiskGuard):
    """A guard of a disk whose free space a test sets."""

    free = 100 * MIB

    def free_bytes(self) -> int:
        return self.free


@pytest.fixture
def guard(tmp_path: Path) -> Measured:
    return Measured(tmp_path, DiskSettings(floor_bytes=10 * MIB, ballast_bytes=MIB))


def test_the_ballast_is_made_when_there_is_plenty(guard: Measured, tmp_path: Path) -> None:
    assert (tmp_path / "ballast").stat().st_size == MIB
    assert (tmp_path / "ballast").stat().st_blocks * 512 >= MIB
    guard.check()


def test_below_the_floor_writes_are_refused_until_there_is_room(guard: Measured) -> None:
    guard.free = 9 * MIB
    guard.look()
    with pytest.raises(DatabaseError) as refused:
        guard.check()
    assert refused.value.sqlstate == "53100"
    guard.free = 11 * MIB
    guard.check()  # it looks again by itself: no write would do it


def test_a_large_write_must_leave_the_floor_free(guard: Measured) -> None:
    guard.free = 30 * MIB
    guard.check(19 * MIB)
    with pytest.raises(DatabaseError):
        guard.check(21 * MIB)


def test_the_ballast_goes_when_little_is_left_and_comes_back(
    guard: Measured, tmp_path: Path
) -> None:
    ballast = tmp_path / "ballast"
    guard.free = 6 * MIB
    guard.look()
    assert ballast.exists()
    guard.free = 4 * MIB
    guard.look()
    assert not ballast.exists()
    guard.free = 11 * MIB
    guard.look()
    assert not ballast.exists()
    guard.free = 13 * MIB
    guard.look()
    assert ballast.exists()


def test_without_a_floor_nothing_is_refused(tmp_path: Path) -> None:
    guard = Measured(tmp_path, DiskSettings(floor_bytes=0, ballast_bytes=0))
    guard.free = 0
    guard.look()
    guard.check(MIB)
    assert not (tmp_path / "ballast").exists()


def test_a_ballast_that_does_not_fit_is_not_missed(tmp_path: Path) -> None:
    guard = Measured(tmp_path, DiskSettings(floor_bytes=0, ballast_bytes=1 << 60))
    guard.free = 1 << 62
    guard.look()
    assert not (tmp_path / "ballast").exists()


def test_the_free_space_of_a_real_disk(tmp_path: Path) -> None:
    guard = DiskGuard(tmp_path, DiskSettings(floor_bytes=0, ballast_bytes=0))
    assert guard.free_bytes() > 0

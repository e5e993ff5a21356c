"""Key indexes: where in a part the rows of given keys are.

Hashes of all keys, sorted, are searched for many keys at once; what is found is compared key by key.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]

#: Odd numbers without a pattern, one for each 8 bytes of a key; they repeat.
_FACTORS: Final[Hashes] = np.random.default_rng(20260901).integers(
    1, 2**63, 64, dtype=np.uint64
) * np.uint64(2) + np.uint64(1)


def hash_keys(keys: "pa.Array") -> Hashes:
    """Returns a hash of each key of a binary array."""
    count = len(keys)
    hashes = np.zeros(count, np.uint64)
    if not count:
        return hashes
    _, offsets_buffer, data_buffer = keys.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32)[keys.offset : keys.offset + count + 1]
    # The last 8 bytes of the last key may be read as part of a word.
    data = np.concatenate([np.frombuffer(data_buffer or b"", np.uint8), np.zeros(8, np.uint8)])
    words = np.ndarray((len(data) - 7,), "<u8", data.data, strides=(1,))
    lengths = np.diff(offsets)
    for length in np.unique(lengths).tolist():
        chosen = np.flatnonzero(lengths == length)
        starts = offsets[chosen].astype(np.int64)
        total = np.full(len(chosen), length, np.uint64)
        for number, place in enumerate(range(0, length, 8)):
            word = words[starts + place]
            if length - place < 8:
                word = word & np.uint64((1 << 8 * (length - place)) - 1)
            total += word * _FACTORS[number % 64]
            total ^= total >> np.uint64(29)
        hashes[chosen] = total
    return hashes


class KeyIndex:
    """The keys of one part."""

    def __init__(self, keys: "pa.Array") -> None:
        hashes = hash_keys(keys)
        self._keys = keys
        self._rows = np.argsort(hashes).astype(np.int32)
        self._hashes = hashes[self._rows]

    def find(self, wanted: "pa.Array", hashes: Hashes) -> tuple[Rows, Rows]:
        """Returns the rows that have one of these keys: positions in `wanted`, and the rows.

        Hashes in ascending order are found sooner.
        A key comes more than once if the part has older versions of its row, too.
        """
        first = np.searchsorted(self._hashes, hashes, "left")
        inside = np.minimum(first, len(self._hashes) - 1)
        positions = np.flatnonzero(self._hashes[inside] == hashes)
        after = np.searchsorted(self._hashes, hashes[positions], "right")
        repeats = after - first[positions]
        positions = np.repeat(positions, repeats)
        within = np.arange(len(positions)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        rows = self._rows[first[positions] + within].astype(np.int64)
        if not len(rows):
            return positions, rows
        found, sought = self._keys.take(pa.array(rows)), wanted.take(pa.array(positions))
        same = pc.equal(found, sought).to_numpy(zero_copy_only=False)
        return positions[same], rows[same]

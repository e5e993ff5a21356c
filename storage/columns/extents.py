"""How large numbers were when a query last read them: what the next one assumes, and then checks."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final

from storage.columns.layout import DIGITS_MAX, NUMBER_SCALE
from storage.columns.messages import ColumnarQuery, Extent, NumberPlace, TableSpec
from storage.columns.query_frames import Extents

_PLACES_MAX: Final = 10_000
#: Numbers of which nothing is known but that they can be held.
WIDE: Final = Extent(DIGITS_MAX, NUMBER_SCALE, False)


def joined(extents: Iterable[Extent | None]) -> Extent | None:
    """Returns how large numbers are that come from several places."""
    found = [one for one in extents if one is not None]
    if not found:
        return None
    scale = max(one.scale for one in found)
    before = max(one.digits - one.scale for one in found)
    same = all(one.is_uniform and one.scale == scale for one in found)
    return Extent(max(before + scale, 1), scale, same)


def covers(assumed: Extent, found: Extent | None) -> bool:
    """Returns whether numbers are as it was assumed."""
    if found is None:
        return True
    if assumed.is_uniform and not (found.is_uniform and found.scale == assumed.scale):
        return False
    before = found.digits - found.scale
    return found.scale <= assumed.scale and before <= assumed.digits - assumed.scale


class KnownExtents:
    """Extents by the place of the numbers; the longest unchanged ones are forgotten."""

    def __init__(self) -> None:
        self._found: OrderedDict[NumberPlace, Extent] = OrderedDict()

    def get(self, place: NumberPlace) -> Extent | None:
        """Returns how large the numbers at a place were; None: nobody knows."""
        return self._found.get(place)

    def learn(self, query: ColumnarQuery, extents: Extents) -> None:
        """Takes what a query has found."""
        if not extents:
            return
        found = {(table, name): extent for table, name, extent in extents}
        for spec in query.tables:
            for name, place in _places(spec):
                extent = found.get((spec.name, name))
                wider = joined([extent, self._found.get(place)])
                if extent is not None and wider is not None:
                    # A query that reads fewer rows doesn't make it smaller.
                    self._found[place] = wider
                    self._found.move_to_end(place)
        while len(self._found) > _PLACES_MAX:
            self._found.popitem(last=False)


def _places(spec: TableSpec) -> Iterator[tuple[str, NumberPlace]]:
    for column in spec.columns:
        yield column.name, (spec.storage_id, column.column, column.path, None)
    for path in spec.paths:
        document = path.document
        yield path.name, (spec.storage_id, document.column, document.path, path.path)

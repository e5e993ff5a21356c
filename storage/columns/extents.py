"""How large numbers were when a query last read them: what the next one assumes, and then checks."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from storage.columns.messages import ColumnarQuery, Extent, NumberPlace, TableSpec
from storage.columns.query_frames import Extents

_PLACES_MAX: Final = 10_000


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
                if extent is not None:
                    self._found[place] = extent
                    self._found.move_to_end(place)
        while len(self._found) > _PLACES_MAX:
            self._found.popitem(last=False)


def _places(spec: TableSpec) -> Iterator[tuple[str, NumberPlace]]:
    for column in spec.columns:
        yield column.name, (spec.storage_id, column.column, column.path, None)
    for path in spec.paths:
        document = path.document
        yield path.name, (spec.storage_id, document.column, document.path, path.path)

"""A query process over tables made on the spot: as many rows as their version says.

Columns are numbered: c0 counts from 0, the others hold c0 too, as their kinds say.
"""

import pyarrow as pa

from storage.columns.conditions import Evaluator
from storage.columns.messages import TableSpec, TableVersion
from storage.columns.query_process import run
from storage.columns.reader import Opened


def open_tables(
    specs: tuple[TableSpec, ...], versions: tuple[TableVersion, ...], _evaluator: Evaluator
) -> Opened:
    tables = {}
    for spec, version in zip(specs, versions, strict=True):
        numbers = pa.array(range(version.row_count), pa.int64())
        columns = {
            column.name: numbers.cast(pa.string()) if column.kind == "text" else numbers
            for column in spec.columns
        }
        tables[spec.name] = pa.table(columns)
    return Opened(tables)


if __name__ == "__main__":
    run(open_tables)

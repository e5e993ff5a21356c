"""A store whose table is also kept as columns, and the comparison of the two."""

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from storage.columns.keeper_client import KeeperClient
from storage.columns.layout import held_kind
from storage.columns.messages import ColumnSpec, TableSpec
from storage.columns.reader import LIVE, Reader
from storage.embedded import OpenStore, open_store
from storage.index import key_code_at
from storage.items import Row, row_decoder, row_encoder
from storage.keycode import KeyCode
from storage.keyspace import ITEMS, prefix_range, storage_prefix
from storage.schema import Table
from storage.snapshots import Snapshot
from storage.types import Kind
from tests.storage.tables import column, table

EPOCH = datetime.date(2000, 1, 1)
ITEMS_TABLE = table(
    ("id", Kind.INT8),
    ("city", Kind.TEXT),
    column(3, "price", Kind.DECIMAL, typmod=((12 << 16) | 2) + 4),
    ("weight", Kind.FLOAT8),
    key="id",
)


def spec_of(described: Table) -> TableSpec:
    """Returns what a query that reads all columns asks for."""
    return TableSpec(
        "t0",
        described.storage_id,
        tuple(
            ColumnSpec(
                f"c{number}",
                each.id,
                (),
                held_kind(each).kind,
                None,
                10 if held_kind(each).kind == "numeric_scaled" else held_kind(each).scale,
            )
            for number, each in enumerate(described.columns)
        ),
    )


class Followed:
    """The store, the client and the table."""

    def __init__(self, path: Path, store: OpenStore, described: Table, **more: Any) -> None:
        self.path = path
        self.store = store
        self.table = described
        self.prefix = storage_prefix(ITEMS, described.storage_id)
        self.code: KeyCode = key_code_at(described, self.prefix)
        self.key_of = self.code.encoder(
            tuple(described.position(number) for number in described.key_column_ids)
        )
        self.encode = row_encoder(described)
        self.decode = row_decoder(described)
        self.reports: list[str] = []
        self.client = KeeperClient(store, path, self.reports.append, **more)
        self.reader = Reader()

    @classmethod
    async def open(cls, path: Path, described: Table = ITEMS_TABLE, **more: Any) -> "Followed":
        followed = cls(path, await open_store(path), described, **more)
        await followed.client.start()
        return followed

    def wider(self, *added: tuple[str, Kind]) -> "Followed":
        """Returns it with more columns, NULL in the rows that are there."""
        columns = list(self.table.columns)
        for name, kind in added:
            columns.append(column(len(columns) + 1, name, kind))
        described = msgspec.structs.replace(self.table, columns=tuple(columns))
        wider = Followed(self.path, self.store, described)
        wider.client = self.client
        return wider

    async def close(self) -> None:
        await self.client.close()
        await self.store.close()

    async def build(self) -> None:
        self.client.begin(self.table)
        await self.client.wait_ready(self.table.storage_id)

    async def put(self, rows: Iterable[Row]) -> None:
        """Writes rows in one transaction."""
        txn = self.store.begin()
        for row in rows:
            txn.put_item(self.key_of(row), self.encode(row))
            await txn.pressure()
        await txn.commit()

    async def put_point(self, row: Row) -> None:
        key, body = self.key_of(row), self.encode(row)
        await self.store.point([key], lambda newest: newest.put_item(key, body))

    async def delete(self, rows: Iterable[Row]) -> None:
        txn = self.store.begin()
        for row in rows:
            txn.delete(self.key_of(row))
            await txn.pressure()
        await txn.commit()

    async def columns(self, timestamp: int, spec: TableSpec | None = None) -> pa.Table:
        spec = spec or spec_of(self.table)
        versions = await self.client.known_versions([self.table.storage_id], timestamp)
        try:
            opened = self.reader.open_tables([spec], versions.tables)["t0"]
            if LIVE in opened.column_names:
                opened = opened.filter(opened[LIVE]).drop_columns([LIVE])
            return opened
        finally:
            versions.release()

    def rows(self, snapshot: Snapshot) -> list[Row]:
        rows: list[Row] = []
        position, end = prefix_range(self.prefix)
        while entries := snapshot.scan(position, end, 1000):
            rows += [tuple(self.decode(item)) for _, item in entries]
            position = entries[-1][0] + b"\0"
        return rows

    async def compare(self, snapshot: Snapshot | None = None) -> int:
        """Compares the columns with the items, as of a snapshot; returns the number of rows."""
        snapshot = snapshot or self.store.committer.newest
        await self.client.wait_ready(self.table.storage_id)
        found = sorted(values(await self.columns(snapshot.timestamp)), key=repr)
        expected = sorted(self.rows(snapshot), key=repr)
        assert found == expected
        return len(found)


def values(arrow: pa.Table) -> Sequence[tuple[Any, ...]]:
    """Returns rows of values as the store has them."""
    columns = []
    for name, each in zip(arrow.column_names, arrow.columns, strict=True):
        if name.endswith("_s"):
            continue
        plain = each.to_pylist()
        if pa.types.is_date(each.type):
            plain = [None if day is None else (day - EPOCH).days for day in plain]
        if f"{name}_s" in arrow.column_names:
            scales = arrow[f"{name}_s"].to_pylist()
            plain = [
                None if value is None else round(value, scale)
                for value, scale in zip(plain, scales, strict=True)
            ]
        columns.append(plain)
    return list(zip(*columns, strict=True))

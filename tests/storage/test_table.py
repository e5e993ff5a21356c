"""Rows and their index entries: unique, together, and never half."""

import asyncio
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.duplicates import DuplicateKeyError
from storage.index import IndexFunctions
from storage.keycode import Bound
from storage.kv.store import NeedsTransaction, Newest, Retry, Transaction
from storage.schema import ColumnPolicy, KeyPart, KeyScheme, Projection, Table
from storage.table import Operation, StaleTable, TableAccess
from storage.types import Kind, StringSet, Typed
from tests.storage.database import Database
from tests.storage.tables import table, whole_detail, with_index

PEOPLE = table(("id", Kind.INT4), ("name", Kind.TEXT), ("age", Kind.INT4), key="id")
WITH_NAME = with_index(PEOPLE, "t_name_key", "name", unique=True, constraint="t_name_key")
WITH_BOTH = with_index(WITH_NAME, "t_age_idx", "age")


async def test_rows_come_back_in_key_order(db: Database) -> None:
    access = await db.create(PEOPLE)
    await db.insert(access, (2, "b", 20), (-1, "a", 10), (10, "c", None))
    assert await db.rows(access) == [[-1, "a", 10], [2, "b", 20], [10, "c", None]]
    start, end = access.code.bounds((), lower=Bound(2, inclusive=False))
    assert [access.decode(item)[0] for _, item in await db.entries(start, end)] == [10]


async def test_a_second_row_with_the_key_is_refused_as_in_postgresql(db: Database) -> None:
    access = await db.create(table(("a", Kind.INT4), ("b", Kind.TEXT), ("c", Kind.INT4), key="a b"))
    await db.insert(access, (1, "x", 1))
    with pytest.raises(DuplicateKeyError) as caught:
        await db.insert(access, (1, "x", 2))
    error = caught.value
    assert error.sqlstate == "23505"
    assert error.message == 'duplicate key value violates unique constraint "t_pkey"'
    assert whole_detail(error) == "Key (a, b)=(1, x) already exists."
    assert (error.schema, error.table, error.constraint) == ("public", "t", "t_pkey")
    assert error.conflict.item_key == access.key_of((1, "x", 2))
    assert await db.rows(access) == [[1, "x", 1]]


async def test_a_unique_index_refuses_a_second_value_but_not_a_second_null(db: Database) -> None:
    access = await db.create(WITH_BOTH)
    await db.insert(access, (1, "a", 1), (2, None, 1), (3, None, 1))
    with pytest.raises(DuplicateKeyError) as caught:
        await db.insert(access, (4, "a", 1))
    assert caught.value.message.endswith('unique constraint "t_name_key"')
    assert whole_detail(caught.value) == "Key (name)=(a) already exists."
    assert caught.value.conflict.item_key == access.key_of((1,))
    await db.check_indexes(access)
    assert await db.index_rows(access, 1) == [[1, "a", 1], [2, None, 1], [3, None, 1]]


async def test_nulls_not_distinct_refuses_a_second_null(db: Database) -> None:
    access = await db.create(with_index(PEOPLE, "u", "name", unique=True, nulls_distinct=False))
    await db.insert(access, (1, None, 1))
    with pytest.raises(DuplicateKeyError) as caught:
        await db.insert(access, (2, None, 1))
    assert whole_detail(caught.value) == "Key (name)=(null) already exists."


async def test_update_moves_entries_and_keys(db: Database) -> None:
    access = await db.create(WITH_BOTH)
    (key,) = await db.insert(access, (1, "a", 10))

    async def change(txn: Transaction) -> bytes:
        await txn.lock(key)
        old = await access.get_newest(txn, key)
        assert old is not None
        return await access.update(txn, key, old, (5, "b", 11))

    new_key = await db.run(change)
    assert new_key == access.key_of((5,))
    assert await db.rows(access) == [[5, "b", 11]]
    await db.check_indexes(access)


async def test_update_to_a_taken_value_is_refused_and_leaves_everything(db: Database) -> None:
    access = await db.create(WITH_BOTH)
    keys = await db.insert(access, (1, "a", 10), (2, "b", 20))
    for new in ((2, "a", 10), (1, "b", 10)):
        txn = db.store.begin()
        await txn.lock(keys[0])
        with pytest.raises(DuplicateKeyError):
            await access.update(txn, keys[0], (1, "a", 10), new)
        await txn.rollback()
    assert await db.rows(access) == [[1, "a", 10], [2, "b", 20]]
    await db.check_indexes(access)


async def test_delete_takes_the_entries_along_and_frees_the_values(db: Database) -> None:
    access = await db.create(WITH_BOTH)
    (key,) = await db.insert(access, (1, "a", 10))

    async def replace(txn: Transaction) -> None:
        await txn.lock(key)
        await access.delete(txn, key, (1, "a", 10))
        await access.insert(txn, (2, "a", 10))

    await db.run(replace)
    assert await db.rows(access) == [[2, "a", 10]]
    await db.check_indexes(access)


async def test_equal_keys_with_other_display_forms_are_one_key(db: Database) -> None:
    access = await db.create(table(("n", Kind.DECIMAL), ("v", Kind.INT4), key="n"))
    await db.insert(access, (Decimal("1.0"), 1))
    with pytest.raises(DuplicateKeyError):
        await db.insert(access, (Decimal("1.00"), 2))
    key = access.key_of((Decimal(1),))

    async def show_more_digits(txn: Transaction) -> bytes:
        await txn.lock(key)
        return await access.update(txn, key, (Decimal("1.0"), 1), (Decimal("1.00"), 1))

    assert await db.run(show_more_digits) == key
    assert str(await db.rows(access)) == "[[Decimal('1.00'), 1]]"


async def test_hidden_keys_keep_rows_apart_in_order_of_arrival(db: Database) -> None:
    access = await db.create(table(("a", Kind.INT4)))
    await db.insert(access, *[(n % 3,) for n in range(600)])
    assert await db.rows(access) == [[n % 3] for n in range(600)]


async def test_hidden_keys_never_come_again_after_a_crash(db: Database) -> None:
    access = await db.create(table(("a", Kind.INT4)))
    before = await db.insert(access, (1,), (2,))
    reopened = await Database.open(db.engine.crashed())
    found = reopened.catalogs.current.table_by_id(access.table.id)
    assert found is not None
    after = await reopened.insert(reopened.tables.access(found), (3,))
    assert not set(after) & set(before)
    await reopened.store.close()


async def test_a_second_inserter_waits_for_the_first_ones_outcome(db: Database) -> None:
    access = await db.create(WITH_NAME)
    for commits in (True, False):
        first, second = db.store.begin(), db.store.begin()
        await access.insert(first, (1 + 10 * commits, f"n{commits}", 1))
        waiting = asyncio.ensure_future(access.insert(second, (2 + 10 * commits, f"n{commits}", 2)))
        await asyncio.sleep(0)
        assert not waiting.done()
        if commits:
            await first.commit()
            with pytest.raises(DuplicateKeyError):
                await waiting
            await second.rollback()
        else:
            await first.rollback()
            await waiting
            await second.commit()
    assert [row[0] for row in await db.rows(access)] == [2, 11]


async def test_an_inserter_waits_for_a_deleter_of_its_value(db: Database) -> None:
    access = await db.create(WITH_NAME)
    (key,) = await db.insert(access, (1, "a", 1))
    deleter, inserter = db.store.begin(), db.store.begin()
    await deleter.lock(key)
    await access.delete(deleter, key, (1, "a", 1))
    waiting = asyncio.ensure_future(access.insert(inserter, (2, "a", 2)))
    await asyncio.sleep(0)
    assert not waiting.done()
    await deleter.commit()
    await waiting
    await inserter.commit()
    assert await db.rows(access) == [[2, "a", 2]]


async def test_find_conflict_asks_only_the_arbiters(db: Database) -> None:
    access = await db.create(WITH_BOTH)
    await db.insert(access, (1, "a", 1), (2, "b", 2))
    name_index = access.table.indexes[0]

    async def conflicts(txn: Transaction) -> list[Any]:
        row = (1, "b", 3)
        return [
            await access.find_conflict(txn, row),
            await access.find_conflict(txn, row, [None]),
            await access.find_conflict(txn, row, [name_index]),
            await access.find_conflict(txn, (3, "c", 3)),
        ]

    either, primary, by_name, none = await db.run(conflicts)
    assert either.index is None
    assert primary.item_key == access.key_of((1,))
    assert (by_name.index, by_name.item_key) == (name_index, access.key_of((2,)))
    assert by_name.values == ("b",)
    assert none is None


async def test_insert_many_stops_at_the_row_at_fault(db: Database) -> None:
    access = await db.create(WITH_BOTH)
    await db.insert(access, (500, "taken", 1))
    drawn = 0

    def rows() -> Any:
        nonlocal drawn
        for number in range(1000):
            drawn = number
            yield (number, f"n{number}", number % 7)

    txn = db.store.begin()
    with pytest.raises(DuplicateKeyError):
        await access.insert_many(txn, rows())
    await txn.rollback()
    assert drawn == 500

    async def others(txn: Transaction) -> int:
        return await access.insert_many(txn, (row for row in rows() if row[0] != 500))

    assert await db.run(others) == 999
    assert len(await db.rows(access)) == 1000
    await db.check_indexes(access)


# ---- point operations ----------------------------------------------------------------------------


async def insert_point(db: Database, access: TableAccess, row: Any) -> None:
    key = access.new_key_now(row)
    if key is None:
        await access.refill_keys()
        key = access.new_key_now(row)
    assert key is not None
    keys = access.insert_keys(key, row)
    await db.store.point(keys, lambda newest: access.insert_point(newest, key, row, keys))


async def test_point_operations_do_what_transactions_do(db: Database) -> None:
    access = await db.create(WITH_BOTH)
    await insert_point(db, access, (1, "a", 10))
    await insert_point(db, access, (2, "b", 20))
    for row in ((1, "z", 1), (3, "b", 1)):
        with pytest.raises(DuplicateKeyError):
            await insert_point(db, access, row)

    async def change(key: bytes, new: Any) -> Any:
        held = [key, access.exclusive_key]

        def operation(newest: Newest) -> Any:
            old = access.get_point(newest, key)
            if old is None:
                return None
            return access.update_point(newest, key, old, new, held)

        return await db.store.point(held, operation)

    first, second = access.key_of((1,)), access.key_of((2,))
    assert await change(first, (1, "c", 11)) == first
    with pytest.raises(DuplicateKeyError):
        await change(second, (2, "c", 20))
    assert await change(second, (7, "b", 20)) == access.key_of((7,))
    assert await change(second, (8, "b", 20)) is None
    assert await db.rows(access) == [[1, "c", 11], [7, "b", 20]]
    await db.check_indexes(access)

    def remove(newest: Newest) -> None:
        old = access.get_point(newest, first)
        assert old is not None
        held = [first, access.exclusive_key, *access.unique_keys(first, old)]
        access.delete_point(newest, first, old, held)

    await db.store.point([first, access.exclusive_key], remove)
    assert await db.rows(access) == [[7, "b", 20]]
    await db.check_indexes(access)


async def test_a_point_operation_names_the_keys_it_still_needs(db: Database) -> None:
    access = await db.create(WITH_NAME)
    await db.insert(access, (1, "a", 1))
    key = access.key_of((1,))

    def change(newest: Newest) -> list[bytes]:
        with pytest.raises(Retry) as caught:
            access.update_point(newest, key, (1, "a", 1), (1, "b", 1), [key])
        return list(caught.value.keys)

    keys = await db.store.point([key], change)
    index = access.indexes[0]
    assert keys == [key, index.code.encode(("a",)), index.code.encode(("b",))]


async def test_a_point_insert_waits_for_a_transaction_with_its_unique_value(db: Database) -> None:
    access = await db.create(WITH_NAME)
    txn = db.store.begin()
    await access.insert(txn, (1, "a", 1))
    waiting = asyncio.ensure_future(insert_point(db, access, (2, "a", 2)))
    await asyncio.sleep(0)
    assert not waiting.done()
    await txn.rollback()
    await waiting
    assert await db.rows(access) == [[2, "a", 2]]


# ---- DDL and writers -----------------------------------------------------------------------------


async def rename(db: Database, txn: Transaction, access: TableAccess, name: str) -> Table:
    ddl = db.catalogs.transaction(txn)
    found = await ddl.lock_table(access.table.id)
    assert found is not None
    return await ddl.replace_table(msgspec.structs.replace(found, name=name))


async def test_writers_wait_for_ddl_and_then_plan_again(db: Database) -> None:
    access = await db.create(PEOPLE)
    ddl, writer = db.store.begin(), db.store.begin()
    changed = await rename(db, ddl, access, "renamed")
    in_transaction = asyncio.ensure_future(access.lock_for_write(writer))
    by_key = asyncio.ensure_future(insert_point(db, access, (1, "a", 1)))
    await asyncio.sleep(0)
    assert not in_transaction.done()
    assert not by_key.done()
    await ddl.commit()
    for waiting in (in_transaction, by_key):
        with pytest.raises(StaleTable):
            await waiting
    await db.tables.access(changed).lock_for_write(writer)
    await writer.rollback()


async def test_ddl_waits_for_writers(db: Database) -> None:
    access = await db.create(PEOPLE)
    ddl, writer = db.store.begin(), db.store.begin()
    await access.lock_for_write(writer)
    waiting = asyncio.ensure_future(rename(db, ddl, access, "renamed"))
    await asyncio.sleep(0)
    assert not waiting.done()
    await writer.commit()
    await waiting
    await ddl.rollback()
    assert not access.is_stale


# ---- dynamic tables ------------------------------------------------------------------------------


DYNAMIC = table(("id", Kind.INT4), key="id", policy=ColumnPolicy.DYNAMIC)


async def test_new_attributes_are_registered_with_the_row(db: Database) -> None:
    access = await db.create(DYNAMIC)
    txn = db.store.begin()
    await access.insert(txn, (1, {"a": 1, "b": "x", "n": None}))
    await access.insert(txn, (2, {"a": 2, "d": Typed(Kind.DATE, 1)}))
    await access.insert(txn, (3, {"a": "text", "s": StringSet({"x"})}))
    registry = (
        ("a", (Kind.INT8, Kind.TEXT)),
        ("b", (Kind.TEXT,)),
        ("d", (Kind.DATE,)),
        ("s", (Kind.STRING_SET,)),
    )
    seen = db.catalogs.seen_by(txn).table_by_id(access.table.id)
    assert seen is not None
    assert seen.attributes == registry
    assert db.catalogs.current.table_by_id(access.table.id) is access.table
    await txn.commit()
    now = db.catalogs.current.table_by_id(access.table.id)
    assert now is not None
    assert now.attributes == registry
    assert access.is_stale
    reopened = await Database.open(db.engine.crashed())
    assert reopened.catalogs.current.table_by_id(now.id) == now
    await reopened.store.close()


async def test_two_writers_of_new_attributes_lose_neither(db: Database) -> None:
    access = await db.create(DYNAMIC)
    first, second = db.store.begin(), db.store.begin()
    await access.insert(first, (1, {"a": 1}))
    waiting = asyncio.ensure_future(access.insert(second, (2, {"b": 1})))
    await asyncio.sleep(0)
    assert not waiting.done()
    await first.commit()
    await waiting
    await second.commit()
    now = db.catalogs.current.table_by_id(access.table.id)
    assert now is not None
    assert [name for name, _ in now.attributes] == ["a", "b"]


async def test_a_point_operation_leaves_new_attributes_to_a_transaction(db: Database) -> None:
    access = await db.create(DYNAMIC)
    with pytest.raises(NeedsTransaction):
        await insert_point(db, access, (1, {"a": 1}))
    await db.insert(access, (1, {"a": 1}))
    found = db.catalogs.current.table_by_id(access.table.id)
    assert found is not None
    await insert_point(db, db.tables.access(found), (2, {"a": 2}))
    assert await db.rows(access) == [[1, {"a": 1}], [2, {"a": 2}]]


# ---- more kinds of tables and indexes ------------------------------------------------------------


async def test_hashed_tables_keep_partitions_in_order(db: Database) -> None:
    access = await db.create(
        table(("p", Kind.TEXT), ("n", Kind.INT4), key="p n", scheme=KeyScheme.HASH)
    )
    await db.insert(access, *[(p, n) for n in (3, 1, 2) for p in ("x", "y")])
    start, end = access.code.bounds(("x",))
    found = [list(access.decode(item)) for _, item in await db.entries(start, end)]
    assert found == [["x", 1], ["x", 2], ["x", 3]]


async def test_expressions_and_predicates_decide_about_entries(db: Database) -> None:
    upper = KeyPart(expression_sql="upper(name)", kind=Kind.TEXT)
    described = with_index(
        PEOPLE, "upper_idx", "", parts=(upper,), unique=True, predicate_sql="age > 18"
    )
    db.functions[described.indexes[0].id] = IndexFunctions(
        (lambda row: row[1] and row[1].upper(),),
        lambda row: None if row[2] is None else row[2] > 18,
    )
    access = await db.create(described)
    await db.insert(access, (1, "a", 20), (2, "A", 10), (3, "A", None), (4, "b", 30))
    with pytest.raises(DuplicateKeyError) as caught:
        await db.insert(access, (5, "A", 19))
    assert whole_detail(caught.value) == "Key (upper(name))=(A) already exists."
    assert await db.index_rows(access) == [[1, "a", 20], [4, "b", 30]]
    (key,) = await db.insert(access, (6, "c", 1))

    async def grow_up(txn: Transaction) -> None:
        await txn.lock(key)
        await access.update(txn, key, (6, "c", 1), (6, "c", 40))

    await db.run(grow_up)
    assert [row[0] for row in await db.index_rows(access)] == [1, 4, 6]
    await db.check_indexes(access)


@pytest.mark.parametrize("unique", [False, True])
async def test_projections_answer_from_the_entry_alone(db: Database, unique: bool) -> None:
    base = table(
        ("id", Kind.INT4), ("n", Kind.DECIMAL), ("name", Kind.TEXT), ("age", Kind.INT4), key="id"
    )
    described = with_index(base, "keys", "n", unique=unique)
    described = with_index(
        described, "some", "name", unique=unique, projection=Projection.INCLUDE,
        included_column_ids=(2,),
    )  # fmt: skip
    described = with_index(described, "all", "age", unique=unique, projection=Projection.ALL)
    access = await db.create(described)
    await db.insert(access, (1, Decimal("1.50"), "a", 30))
    covered = [{0}, {0, 1, 2}, {0, 1, 2, 3}]
    assert [set(index.covered) for index in access.indexes] == covered
    for index, positions in zip(access.indexes, covered, strict=True):
        (entry,) = await db.entries(*index.code.bounds())
        row = index.decoder(positions)(entry)
        whole = [1, Decimal("1.50"), "a", 30]
        expected = [value if n in positions else None for n, value in enumerate(whole)]
        assert repr(row) == repr(expected)


async def test_a_projection_follows_its_columns(db: Database) -> None:
    access = await db.create(
        with_index(PEOPLE, "i", "name", projection=Projection.INCLUDE, included_column_ids=(3,))
    )
    (key,) = await db.insert(access, (1, "a", 30))

    async def grow(txn: Transaction) -> None:
        await txn.lock(key)
        await access.update(txn, key, (1, "a", 30), (1, "a", 31))

    await db.run(grow)
    await db.check_indexes(access)


async def test_the_change_log_gets_what_the_table_keeps(db: Database) -> None:
    access = await db.create(msgspec.structs.replace(PEOPLE, change_log=True, keep_old_images=True))
    logged: list[tuple[int, int, bytes, bytes | None, bytes | None]] = []
    txn = db.store.begin()
    txn.log_change = lambda *record: logged.append(record)  # type: ignore[method-assign]  # the record as the table layer hands it over
    key = await access.insert(txn, (1, "a", 1))
    await access.update(txn, key, (1, "a", 1), (1, "b", 1))
    moved = await access.update(txn, key, (1, "b", 1), (2, "b", 1))
    await access.delete(txn, moved, (2, "b", 1))
    await txn.rollback()
    storage_id = access.table.storage_id
    bodies = [access.encode(row) for row in ((1, "a", 1), (1, "b", 1), (2, "b", 1))]
    assert logged == [
        (storage_id, Operation.INSERT, key[5:], bodies[0], None),
        (storage_id, Operation.UPDATE, key[5:], bodies[1], bodies[0]),
        (storage_id, Operation.DELETE, key[5:], None, bodies[1]),
        (storage_id, Operation.INSERT, moved[5:], bodies[2], None),
        (storage_id, Operation.DELETE, moved[5:], None, bodies[2]),
    ]


# ---- against a model -----------------------------------------------------------------------------


async def update(db: Database, access: TableAccess, key: bytes, old: Any, new: Any) -> None:
    async def work(txn: Transaction) -> None:
        await txn.lock(key)
        await access.update(txn, key, old, new)

    await db.run(work)


async def delete(db: Database, access: TableAccess, key: bytes, old: Any) -> None:
    async def work(txn: Transaction) -> None:
        await txn.lock(key)
        await access.delete(txn, key, old)

    await db.run(work)


small = st.integers(0, 3)
STEPS = st.lists(
    st.tuples(st.sampled_from(["insert", "update", "delete"]), small, small, st.none() | small),
    max_size=25,
)


@given(steps=STEPS, by_point=st.booleans())
@settings(max_examples=40, deadline=None)
def test_tables_agree_with_a_dict(
    steps: list[tuple[str, int, int, int | None]], by_point: bool
) -> None:
    asyncio.run(compare_with_a_dict(steps, by_point=by_point))


async def compare_with_a_dict(
    steps: list[tuple[str, int, int, int | None]], *, by_point: bool
) -> None:
    db = await Database.open()
    described = table(("id", Kind.INT4), ("u", Kind.INT4), ("v", Kind.INT4), key="id")
    described = with_index(described, "u_key", "u", unique=True)
    access = await db.create(with_index(described, "v_idx", "v u"))
    model: dict[int, list[Any]] = {}
    for what, first, second, third in steps:
        row = [second, third, first]
        key = access.key_of((first,))
        try:
            if what == "insert":
                if by_point:
                    await insert_point(db, access, row)
                else:
                    await db.insert(access, row)
                refused = second in model or any(
                    third is not None and third == other[1] for other in model.values()
                )
                assert not refused
                model[second] = row
            elif first in model:
                old = model[first]
                if what == "delete":
                    await delete(db, access, key, old)
                    del model[first]
                else:
                    await update(db, access, key, old, row)
                    others = [r for k, r in model.items() if k != first]
                    assert not any(r[0] == second for r in others)
                    del model[first]
                    model[second] = row
        except DuplicateKeyError:
            others = [r for k, r in model.items() if what == "insert" or k != first]
            assert any(r[0] == second or (third is not None and r[1] == third) for r in others)
    assert await db.rows(access) == [model[number] for number in sorted(model)]
    await db.check_indexes(access)
    await db.store.close()

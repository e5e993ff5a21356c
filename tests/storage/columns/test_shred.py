"""What documents are shredded into is what they have at their paths, and all that they have."""

import json
import random
from collections.abc import Iterator
from decimal import Context, Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.columns.documents import json_text
from storage.columns.paths import Documents
from storage.columns.shred import COLUMNS, NUMBER, Path, Shreds, shred
from storage.columns.shredded_part import is_true_to_text, shreds_of, with_shreds, without_shreds
from storage.packing import pack

NOTHING = object()
OTHER = object()
FLAGS: dict[str, Any] = {"null": None, "object": {}, "array": [], "other": OTHER}
NUMBERS = st.one_of(
    st.integers(-(10**25), 10**25),
    st.integers(-5, 5),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30),
    st.sampled_from([Decimal("1.50"), Decimal("0.00"), Decimal("1E-7"), 2**63, -(2**63)]),
)
TEXTS = st.one_of(
    st.text(max_size=4),
    st.sampled_from(["12", "-1.50", "2024-02-29", "2023-02-29", "0000-01-01", "a\0b", "", "é\n"]),
)
KEYS = st.sampled_from(["a", "b", "", 'x"a', "a.b", "{s}", "ключ"])
TREES = st.recursive(
    st.one_of(NUMBERS, TEXTS, st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(KEYS, inner, max_size=4), st.just({})
    ),
    max_leaves=10,
)
DOCUMENTS = st.one_of(st.none(), TREES.map(lambda tree: [tree]))

#: As many digits as a column may have; the default context has 28.
ALL_DIGITS = Context(prec=100)


def places(tree: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, tree
    if isinstance(tree, dict):
        for key, child in tree.items():
            yield from places(child, (*path, key))


def value_of(shreds: Shreds, row: int) -> Any:
    """Returns what the columns have in a row; there is at most one value in them."""
    found = []
    for sort in shreds.sorts:
        arrays = [shreds.column(letter, NUMBER) for letter in COLUMNS[sort]]
        values = [array[row].as_py() for array in arrays if array is not None]
        if values[0] is None:
            assert set(values) == {None}, sort
            continue
        if sort == "number":
            number, shown, double = values
            assert double == float(number)
            found.append(number.quantize(Decimal(1).scaleb(-shown), context=ALL_DIGITS))
        elif sort in FLAGS:
            assert values == [True]
            found.append(FLAGS[sort])
        else:
            text, *meanings = values
            if sort == "digits":
                assert meanings == [Decimal(text), len(text.partition(".")[2])]
            if sort == "bool":
                assert meanings == [str(text).lower()]
            if sort == "dates":
                assert [day.isoformat() for day in meanings] == [text]
            found.append(text)
    assert len(found) <= 1
    return found[0] if found else NOTHING


def is_same(held: Any, tree: Any) -> bool:
    if held is OTHER:
        if isinstance(tree, str):
            return "\0" in tree
        assert not isinstance(tree, bool | dict | list | None)
        digits = f"{Decimal(tree):f}".lstrip("-")
        before, _, behind = digits.partition(".")
        return len(before) > 18 or len(behind) > 18 or not Decimal(tree)
    if isinstance(tree, dict | list):
        return type(held) is type(tree)
    if isinstance(tree, int | Decimal) and not isinstance(tree, bool):
        return isinstance(held, int | Decimal) and f"{Decimal(held):f}" == f"{Decimal(tree):f}"
    return type(held) is type(tree) and bool(held == tree)


@given(documents=st.lists(DOCUMENTS, min_size=1, max_size=12))
@example(documents=[[{"a": 1}], [{"a": Decimal("2.5")}], [{"a": 2**70}], [{"a": "x\0"}]])
@example(documents=[[{"a": "2024-02-29"}], [{"a": "2024-03-01"}], None])
@example(documents=[[{"a": "1.50"}], [{"a": "-3"}]])
def test_columns_have_what_documents_have(documents: list[list[Any] | None]) -> None:
    texts = pa.array([None if one is None else json_text(one[0]) for one in documents], pa.string())
    shredded = shred(texts)
    assert not shredded.open
    for row, one in enumerate(documents):
        expected = {} if one is None else dict(places(one[0]))
        for path, shreds in shredded.paths.items():
            held = value_of(shreds, row)
            if path in expected:
                assert held is not NOTHING, path
                assert is_same(held, expected[path]), (path, held, expected[path])
            else:
                assert held is NOTHING, path
        assert expected.keys() <= shredded.paths.keys()
    for path, shreds in shredded.paths.items():
        (alone,) = shred(texts, [path]).paths.values()
        assert alone == shreds


def test_a_part_keeps_and_drops_them() -> None:
    metadata = {"kind": "jsonb", "scale": "0"}
    texts = pa.array(['{"a": {"b": 1}}', None, '{"a": {"b": "x"}}'])
    schema = pa.schema(
        [pa.field("key", pa.int64()), pa.field("c2", pa.string(), metadata=metadata)]
    )
    batch = pa.record_batch([pa.array([1, 2, 3]), texts], schema=schema)
    whole = with_shreds(batch)
    assert whole.column("c2") == texts
    assert shreds_of(whole)["c2"].paths == shred(texts).paths
    assert is_true_to_text(whole)
    (place,) = [number for number, each in enumerate(whole.schema) if each.type == pa.int8()]
    wrong = whole.set_column(place, whole.schema.field(place), pa.array([2, None, None], pa.int8()))
    assert not is_true_to_text(wrong)
    assert without_shreds(whole).equals(batch, check_metadata=True)


def test_what_is_held_as_stored_is_shredded_if_it_is_documents() -> None:
    values: dict[str, list[Any]] = {
        "aof": [{"a": 1}, None, {"b": "x"}],
        "aset": [[1], [2], [3]],
        "c3": [{"n": "1"}, 5, "x"],
    }
    fields = [
        pa.field(name, pa.binary(), metadata={"kind": "stored", "scale": "0"}) for name in values
    ]
    arrays = [
        pa.array([None if one is None else pack(one) for one in column], pa.binary())
        for column in values.values()
    ]
    found = shreds_of(with_shreds(pa.record_batch(arrays, schema=pa.schema(fields))))
    assert found.keys() == {"aof", "c3"}
    assert found["aof"].paths["a",].sorts == {"int": 1}
    assert found["c3"].paths[()].sorts == {"object": 1, "int": 1, "string": 1}


def documents_of(texts: list[str]) -> Documents:
    array = pa.array(texts)
    return Documents(shred(array), lambda: array, len(texts), is_text_only=False)


def test_rare_members_are_left_to_the_text() -> None:
    texts = [json.dumps({"a": number, "b": {"c": 1}}) for number in range(1000)]
    texts[7] = '{"a": 7, "b": {"rare": 1}, "seldom": {"x": 1}}'
    found = documents_of(texts)
    assert found.at(("a",)).sorts == {"int": 1000}
    assert found.at(("b", "c")).sorts == {"int": 999}
    hidden: list[Path] = [
        ("b", "rare"),
        ("seldom",),
        ("seldom", "x"),
        ("unknown",),
        ("b", "unknown"),
    ]
    for path in hidden:
        assert found.at(path).sorts == {"other": 1000}, path
    absent: list[Path] = [("a", "x"), ("b", "c", "x")]
    for path in absent:
        assert found.at(path).sorts == {}, path


@pytest.mark.parametrize("shape", ["wide", "deep", "ids"])
def test_paths_have_a_budget(shape: str) -> None:
    source = random.Random(3)
    texts = []
    for _ in range(6000):
        if shape == "wide":
            tree: Any = {f"k{number}": number for number in range(700)}
        elif shape == "deep":
            tree = 1
            for _ in range(30):
                tree = {"d": tree}
        else:
            tree = {"id": 1, "of": {str(source.randrange(10**9)): 1}}
        texts.append(json.dumps(tree))
    found = documents_of(texts)
    shredded = shred(pa.array(texts))
    assert len(shredded.paths) <= 256
    assert shredded.open
    if shape == "wide":
        held = {path for path in shredded.paths if path}
        assert all(found.at((f"k{number}",)).sorts for number in range(700))
        assert held <= {(f"k{number}",) for number in range(700)}
    if shape == "deep":
        assert found.at(("d",) * 20).sorts == {"other": 6000}
    if shape == "ids":
        assert found.at(("id",)).sorts == {"int": 6000}
        assert found.at(("of", "17")).sorts == {"other": 6000}


def test_slices_of_rows_come_together() -> None:
    texts = [
        json.dumps({"a": number} if number < 9000 else {"b": str(number)}) for number in range(9100)
    ]
    texts[8999:9001] = ["null", '{"a": 1.5}']
    shredded = shred(pa.array(texts))
    numbers = shredded.paths["a",].columns["n"].to_pylist()
    assert numbers[:8999] == [Decimal(number) for number in range(8999)]
    assert numbers[8999:9001] == [None, Decimal("1.5")]
    assert shredded.paths[()].sorts == {"object": 9099, "null": 1}
    assert shredded.open == {()}

"""pandas and polars: frames written and read, through SQLAlchemy and through ADBC."""

import datetime
import decimal
from collections.abc import Iterator
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import pandas as pd
import polars as pl
import pytest
import sqlalchemy as sa

from tests.pages import address
from tests.server import Server

FRAME = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "name": ["a", "ü", None],
        "f": [1.5, None, -2.0],
        "b": [True, False, True],
        "at": pd.to_datetime(
            ["2024-01-01 00:00:00.0", "2024-02-29 12:00:00.123456", None], format="ISO8601"
        ),
        "tz": pd.to_datetime(["2024-01-01", "2024-02-29", "2024-03-01"], utc=True),
        "d": [datetime.date(2024, 1, 1)] * 3,
        "dec": [decimal.Decimal("1.10")] * 3,
    }
)


@pytest.fixture
def engine(server: Server) -> Iterator[Any]:
    engine = sa.create_engine(address("pandas", server.port))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("method", [None, "multi"])
def test_pandas_writes_and_reads(engine: Any, method: Any) -> None:
    assert FRAME.to_sql("frames", engine, index=False, if_exists="replace", method=method)
    FRAME.to_sql("frames", engine, index=False, if_exists="append", method=method)
    with pytest.raises(ValueError, match="already exists"):
        FRAME.to_sql("frames", engine, if_exists="fail")
    read = pd.read_sql_query("SELECT DISTINCT * FROM frames ORDER BY id", engine)
    assert read["id"].tolist() == [1, 2, 3]
    assert read["name"].tolist()[:2] == ["a", "ü"]
    assert read["name"].isna().tolist() == [False, False, True]
    assert read["f"].isna().tolist() == [False, True, False]
    assert read["b"].tolist() == [True, False, True]
    assert read["at"].tolist()[:2] == FRAME["at"].tolist()[:2]
    assert (read["tz"].dt.tz_convert("UTC") == FRAME["tz"]).all()
    table = pd.read_sql_table("frames", engine, columns=["id", "tz"], index_col="id")
    assert len(table) == 6
    assert isinstance(table["tz"].dtype, pd.DatetimeTZDtype)


def test_pandas_reads_with_parameters_and_in_chunks(engine: Any) -> None:
    many = pd.DataFrame({"x": range(5000)})
    many.to_sql("many", engine, if_exists="replace", chunksize=1000, index_label="i")
    few = pd.read_sql_query(
        sa.text("SELECT x FROM many WHERE x < :n ORDER BY x"), engine, params={"n": 3}
    )
    assert few["x"].tolist() == [0, 1, 2]
    with engine.connect().execution_options(stream_results=True) as connection:
        chunks = pd.read_sql_query("SELECT x FROM many", connection, chunksize=700)
        assert [len(chunk) for chunk in chunks] == [700] * 7 + [100]


def test_pandas_through_adbc(server: Server) -> None:
    with adbc.connect(address("pandas", server.port).replace("+psycopg", "")) as connection:
        FRAME.to_sql("columns", connection, index=False, if_exists="replace")
        FRAME.to_sql("columns", connection, index=False, if_exists="append")
        read = pd.read_sql("SELECT * FROM columns ORDER BY id", connection, dtype_backend="pyarrow")
        connection.commit()
    assert read["id"].tolist() == [1, 1, 2, 2, 3, 3]
    assert read["dec"].astype("string").tolist() == ["1.1"] * 6


def _polars_frame() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": [1, 2, 3],
            "name": ["a", "ü", None],
            "f": [1.5, None, -2.0],
            "b": [True, False, None],
            "at": [datetime.datetime(2024, 1, 1)] * 3,  # noqa: DTZ001 - without a zone
            "d": [datetime.date(2024, 1, 1)] * 3,
        }
    )


def test_polars_through_adbc(server: Server) -> None:
    where = address("polars", server.port)
    frame = _polars_frame().with_columns(tags=pl.Series([[1, 2], [], None]))
    for mode in ("replace", "append"):
        frame.write_database("polars_columns", where, engine="adbc", if_table_exists=mode)
    query = "SELECT DISTINCT * FROM polars_columns ORDER BY id"
    assert pl.read_database_uri(query, where, engine="adbc").equals(frame)


def test_polars_through_sqlalchemy(engine: Any) -> None:
    frame = _polars_frame()
    frame.write_database("polars_rows", engine, engine="sqlalchemy", if_table_exists="replace")
    assert pl.read_database("SELECT * FROM polars_rows ORDER BY id", engine).equals(frame)
    numbers = pl.DataFrame({"x": range(5000)})
    numbers.write_database("polars_many", engine, engine="sqlalchemy", if_table_exists="replace")
    options = {"parameters": {"n": 2}}
    few = pl.read_database(
        "SELECT x FROM polars_many WHERE x < :n", engine, execute_options=options
    )
    assert sorted(few["x"].to_list()) == [0, 1]
    with engine.connect() as connection:
        batches = pl.read_database(
            "SELECT x FROM polars_many", connection, iter_batches=True, batch_size=2000
        )
        assert [batch.height for batch in batches] == [2000, 2000, 1000]

"""SQLAlchemy's asyncio extension over asyncpg: ORM, streams, savepoints, many tasks over one pool."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

from tests.pages import address
from tests.server import Server


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "async_authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    books: Mapped[list["Book"]] = relationship(
        back_populates="author", cascade="all, delete-orphan"
    )


class Book(Base):
    __tablename__ = "async_books"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("async_authors.id"))
    title: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    author: Mapped[Author] = relationship(back_populates="books")


@pytest.fixture
async def engine(server: Server) -> AsyncIterator[Any]:
    engine = create_async_engine(
        address("sqlalchemy", server.port).replace("+psycopg", "+asyncpg"), pool_size=5
    )
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield engine
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
    await engine.dispose()


async def test_orm(engine: Any) -> None:
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions.begin() as session:
        author = Author(name="Ursula")
        author.books = [Book(title=f"Book {n}", facts={"n": n}) for n in range(200)]
        session.add(author)
    async with sessions() as session:
        query = sa.select(Author).options(selectinload(Author.books))
        (found,) = (await session.scalars(query)).all()
        assert sorted(book.facts["n"] for book in found.books) == list(range(200))
        await session.delete(found)
        await session.commit()
        assert await session.scalar(sa.select(sa.func.count()).select_from(Book)) == 0


async def test_savepoints_and_errors(engine: Any) -> None:
    async with AsyncSession(engine) as session, session.begin():
        session.add(Author(name="one"))
        await session.flush()
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                session.add(Author(name="one"))
        names = (await session.scalars(sa.select(Author.name))).all()
        assert names == ["one"]


async def test_streams(engine: Any) -> None:
    async with engine.begin() as connection:
        rows = [{"name": f"n{n}"} for n in range(3000)]
        await connection.execute(sa.insert(Author), rows)
        stream = await connection.stream(sa.select(Author.name).order_by(Author.id))
        assert [name async for (name,) in stream] == [row["name"] for row in rows]
        await connection.rollback()


async def test_many_tasks_share_a_pool(engine: Any) -> None:
    async def count(n: int) -> None:
        async with engine.begin() as connection:
            upsert = insert(Author).values(id=1, name=str(n))
            upsert = upsert.on_conflict_do_update(
                index_elements=["id"], set_={"name": Author.name + "x"}
            )
            await connection.execute(upsert)

    await asyncio.gather(*[count(n) for n in range(30)])
    async with engine.connect() as connection:
        name = await connection.scalar(sa.select(Author.name))
    assert name is not None
    assert name.count("x") == 29


async def test_reflection(engine: Any) -> None:
    async with engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
        keys = await connection.run_sync(
            lambda sync: sa.inspect(sync).get_foreign_keys("async_books")
        )
    assert {"async_authors", "async_books"} <= set(tables)
    assert [key["constrained_columns"] for key in keys] == [["author_id"]]

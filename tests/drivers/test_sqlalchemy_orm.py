"""SQLAlchemy's ORM: relationships loaded by joins and subqueries, and the queries that people write."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from tests.server import Server


class Base(orm.DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    name: orm.Mapped[str]
    mentor_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("authors.id"))
    mentor: orm.Mapped["Author | None"] = orm.relationship(remote_side="Author.id")
    books: orm.Mapped[list["Book"]] = orm.relationship(
        back_populates="author", order_by="Book.id", cascade="all, delete-orphan"
    )


class Book(Base):
    __tablename__ = "books"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    title: orm.Mapped[str]
    author_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("authors.id"), index=True)
    author: orm.Mapped[Author] = orm.relationship(back_populates="books")
    tags: orm.Mapped[list["Tag"]] = orm.relationship(secondary="book_tags", order_by="Tag.id")


class Tag(Base):
    __tablename__ = "tags"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    word: orm.Mapped[str]


book_tags = sa.Table(
    "book_tags",
    Base.metadata,
    sa.Column("book_id", sa.ForeignKey("books.id"), primary_key=True),
    sa.Column("tag_id", sa.ForeignKey("tags.id"), primary_key=True),
)


@pytest.fixture(scope="module")
def engine(server: Server) -> Iterator[Any]:
    address = f"postgresql+psycopg://terrascale@127.0.0.1:{server.port}/terrascale"
    engine = sa.create_engine(address)
    _fill(engine)
    yield engine
    engine.dispose()


def _fill(engine: Any) -> None:
    Base.metadata.create_all(engine, checkfirst=False)
    with orm.Session(engine) as session, session.begin():
        tags = [Tag(id=n, word=f"w{n}") for n in range(3)]
        ann = Author(id=1, name="ann")
        bob = Author(id=2, name="bob", mentor=ann)
        session.add_all([*tags, ann, bob, Author(id=3, name="cid", mentor=bob)])
        for n in range(6):
            author = ann if n % 3 else bob
            session.add(Book(id=n, title=f"t{n}", author=author, tags=tags[: n % 4]))


@pytest.mark.parametrize("load", [orm.joinedload, orm.selectinload, orm.subqueryload])
def test_relationships_load(engine: Any, load: Any) -> None:
    with orm.Session(engine) as session:
        select = (
            sa.select(Author)
            .options(load(Author.books).options(load(Book.tags)), load(Author.mentor))
            .order_by(Author.id)
        )
        authors = session.scalars(select).unique().all()
        seen = {a.name: [(b.title, [t.word for t in b.tags]) for b in a.books] for a in authors}
        assert seen == {
            "ann": [
                ("t1", ["w0"]),
                ("t2", ["w0", "w1"]),
                ("t4", []),
                ("t5", ["w0"]),
            ],
            "bob": [("t0", []), ("t3", ["w0", "w1", "w2"])],
            "cid": [],
        }
        assert [a.mentor.name if a.mentor else None for a in authors] == [None, "ann", "bob"]


def test_queries_over_several_tables(engine: Any) -> None:
    with orm.Session(engine) as session:
        counts = (
            sa.select(Author.name, sa.func.count(Book.id))
            .outerjoin(Author.books)
            .group_by(Author.id)
            .order_by(Author.name)
        )
        assert session.execute(counts).all() == [("ann", 4), ("bob", 2), ("cid", 0)]
        has = sa.select(Author.name).where(Author.books.any(Book.tags.any(Tag.word == "w2")))
        assert session.scalars(has).all() == ["bob"]
        without = sa.select(Author.name).where(~Author.books.any())
        assert session.scalars(without).all() == ["cid"]
        latest = (
            sa.select(Book)
            .where(Book.author_id == Author.id)
            .order_by(Book.id.desc())
            .limit(1)
            .lateral()
        )
        newest = sa.select(Author.name, latest.c.title).join(latest, sa.true(), isouter=True)
        rows = session.execute(newest.order_by(Author.id)).all()
        assert rows == [("ann", "t5"), ("bob", "t3"), ("cid", None)]
        line = sa.select(Author.id, Author.mentor_id).where(Author.id == 3).cte(recursive=True)
        mentors = line.union_all(
            sa.select(Author.id, Author.mentor_id).join(line, Author.id == line.c.mentor_id)
        )
        assert session.scalars(sa.select(mentors.c.id)).all() == [3, 2, 1]
        rank = sa.func.row_number().over(partition_by=Book.author_id, order_by=Book.id.desc())
        ranked = sa.select(Book.title, rank.label("n")).subquery()
        firsts = sa.select(ranked.c.title).where(ranked.c.n == 1).order_by(ranked.c.title)
        assert session.scalars(firsts).all() == ["t3", "t5"]
        rename = (
            sa.update(Book)
            .values(title=Author.name + Book.title)
            .where(Book.author_id == Author.id, Author.name == "bob")
        )
        session.execute(rename, execution_options={"synchronize_session": False})
        both = sa.union(
            sa.select(Book.title).where(Book.id < 2),
            sa.select(Tag.word).where(Tag.id == 0),
        )
        assert sorted(session.scalars(both)) == ["bobt0", "t1", "w0"]
        session.delete(session.get(Author, 2, options=[orm.joinedload(Author.books)]))
        with pytest.raises(sa.exc.IntegrityError):
            session.flush()

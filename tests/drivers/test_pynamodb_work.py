"""PynamoDB, an object mapper: models, indexes, conditions, versions, transactions."""

# PynamoDB is typed for the models of an application, not for expressions on nested attributes.
# mypy: disable-error-code="no-untyped-call, attr-defined, comparison-overlap, misc, arg-type"

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pynamodb.attributes import (
    BooleanAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)
from pynamodb.connection import Connection
from pynamodb.exceptions import DeleteError, DoesNotExist, PutError, TransactWriteError
from pynamodb.indexes import (
    AllProjection,
    GlobalSecondaryIndex,
    KeysOnlyProjection,
    LocalSecondaryIndex,
)
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from tests.server import Server


class ByAuthor(GlobalSecondaryIndex["Post"]):
    class Meta:
        index_name = "by-author"
        projection = AllProjection()

    author = UnicodeAttribute(hash_key=True)
    likes = NumberAttribute(range_key=True)


class ByTime(LocalSecondaryIndex["Post"]):
    class Meta:
        index_name = "by-time"
        projection = KeysOnlyProjection()

    forum = UnicodeAttribute(hash_key=True)
    written = UTCDateTimeAttribute(range_key=True)


class Place(MapAttribute[str, object]):
    city = UnicodeAttribute()
    floor = NumberAttribute(null=True)


class Post(Model):
    class Meta:
        table_name = "posts"
        region = "us-east-1"
        billing_mode = "PAY_PER_REQUEST"
        aws_access_key_id = "key"
        aws_secret_access_key = "secret"
        host = ""

    forum = UnicodeAttribute(hash_key=True)
    subject = UnicodeAttribute(range_key=True)
    author = UnicodeAttribute(null=True)
    likes = NumberAttribute(default=0)
    written = UTCDateTimeAttribute(null=True)
    is_open = BooleanAttribute(default=True)
    tags = UnicodeSetAttribute(null=True)
    replies: ListAttribute[object] = ListAttribute(default=list)
    place = Place(null=True)
    version = VersionAttribute()
    by_author = ByAuthor()
    by_time = ByTime()


@pytest.fixture(scope="module", autouse=True)
def posts(server: Server) -> Iterator[None]:
    Post.Meta.host = f"http://127.0.0.1:{server.dynamodb_port}"
    Post.create_table(wait=True)
    with Post.batch_write() as batch:
        for number in range(30):
            batch.save(
                Post(
                    "forum-1",
                    f"subject-{number:02}",
                    author=f"author-{number % 2}",
                    likes=number,
                    written=datetime(2026, 1, 30 - number, tzinfo=UTC),
                    tags={"python", f"t{number}"},
                    place=Place(city="Basel", floor=number),
                )
            )
    yield
    Post.delete_table()
    assert not Post.exists()


def test_what_is_saved_is_found_with_its_types() -> None:
    post = Post.get("forum-1", "subject-03")
    assert (post.likes, post.is_open, post.tags) == (3, True, {"python", "t3"})
    assert post.written == datetime(2026, 1, 27, tzinfo=UTC)
    assert post.place.city == "Basel"
    with pytest.raises(DoesNotExist):
        Post.get("forum-1", "none")


def test_queries_with_conditions_filters_and_limits() -> None:
    found = Post.query(
        "forum-1",
        Post.subject.startswith("subject-1"),
        filter_condition=(Post.likes > 12) & Post.tags.contains("python") & ~(Post.likes == 15),
        page_size=3,
    )
    assert [post.likes for post in found] == [13, 14, 16, 17, 18, 19]
    assert [p.likes for p in Post.query("forum-1", limit=4, scan_index_forward=False)] == [
        29,
        28,
        27,
        26,
    ]
    assert Post.count("forum-1", Post.subject.between("subject-05", "subject-09")) == 5


def test_indexes() -> None:
    popular = [post.likes for post in Post.by_author.query("author-1", ByAuthor.likes >= 21)]
    assert popular == [21, 23, 25, 27, 29]
    since = datetime(2026, 1, 28, tzinfo=UTC)
    recent = [post.subject for post in Post.by_time.query("forum-1", ByTime.written >= since)]
    assert recent == ["subject-02", "subject-01", "subject-00"]


def test_updates() -> None:
    post = Post.get("forum-1", "subject-20")
    post.update(
        actions=[
            Post.likes.add(100),
            Post.replies.set(Post.replies.append(["first"])),
            Post.tags.delete({"t20"}),
            Post.place.floor.set(7),
            Post.author.remove(),
        ],
        condition=Post.likes == 20,
    )
    found = Post.get("forum-1", "subject-20")
    assert (found.likes, list(found.replies), found.tags) == (120, ["first"], {"python"})
    assert (found.place.floor, found.author) == (7, None)


def test_a_stale_copy_is_refused() -> None:
    one, other = Post.get("forum-1", "subject-10"), Post.get("forum-1", "subject-10")
    one.is_open = False
    one.save()
    other.is_open = True
    with pytest.raises(PutError) as error:
        other.save()
    assert error.value.cause_response_code == "ConditionalCheckFailedException"
    with pytest.raises(DeleteError):
        other.delete()


def test_batches_and_scans() -> None:
    keys = [("forum-1", f"subject-{number:02}") for number in range(5)]
    assert sorted(post.subject for post in Post.batch_get(keys)) == [subject for _, subject in keys]
    assert sum(1 for _ in Post.scan(Post.place.city == "Basel", segment=0, total_segments=1)) == 30


def test_transactions() -> None:
    connection = Connection(
        region="us-east-1",
        host=Post.Meta.host,
        extra_headers=None,
    )
    connection.session.set_credentials("key", "secret")
    first, second = Post.get("forum-1", "subject-11"), Post.get("forum-1", "subject-12")
    with TransactWrite(connection=connection) as transaction:
        transaction.update(first, actions=[Post.likes.set(1000)])
        transaction.delete(second)
    assert Post.get("forum-1", "subject-11").likes == 1000
    with pytest.raises(TransactWriteError) as error, TransactWrite(connection=connection) as again:
        again.save(Post("forum-1", "subject-12", likes=1))
        # Checks come first, whatever the order here.
        again.condition_check(Post, "forum-1", "subject-13", condition=Post.likes == -1)
    reasons = [reason and reason.code for reason in error.value.cancellation_reasons]
    assert reasons == ["ConditionalCheckFailed", None]
    with pytest.raises(DoesNotExist):
        Post.get("forum-1", "subject-12")

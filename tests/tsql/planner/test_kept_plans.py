"""Plans are kept for the next time, but those of long texts don't add up."""

import gc

from tests.tsql.harness import Client
from tsql.prepared import Query


def plan_count() -> int:
    gc.collect()
    # isinstance() would ask objects of other libraries for their class, and some answer with an error.
    return sum(type(item) is Query for item in gc.get_objects())


async def test_plans_of_long_statements_do_not_add_up(alice: Client) -> None:
    before = plan_count()
    for number in range(200):
        assert await alice.value(f"SELECT length('{number:06000}')") == 6000
    assert plan_count() - before < 50


async def test_a_statement_far_inside_a_string_is_not_kept(alice: Client) -> None:
    before = plan_count()
    assert (await alice.run("SELECT 1;" * 1000))[-1].tag == "SELECT 1"
    assert plan_count() - before < 150

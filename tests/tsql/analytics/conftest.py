"""Sessions over a store in memory."""

from tests.tsql.harness import alice, bob, database

__all__ = ["alice", "bob", "database"]

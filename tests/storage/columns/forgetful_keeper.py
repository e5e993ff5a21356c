"""A keeper that holds hardly anything back.

python -m tests.storage.columns.forgetful_keeper DIRECTORY SOCKET SETTINGS
"""

from storage.columns import keeper, kept_table

if __name__ == "__main__":
    kept_table.HELD_BACK_BYTES_MAX = 2_000  # type: ignore[misc]  # a bound for a test
    keeper.main()

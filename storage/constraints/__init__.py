"""Constraints between rows: foreign keys, and uniqueness that may be put off.

What can't be judged row by row waits in the transaction's `ConstraintQueue` for the end of the
statement, or of the transaction. Whoever writes through `storage.table.TableAccess` gets all of it:
the table's operations put in the queue what is to be tested, `end_statement()` tests it, and the
commit tests whatever is left.
"""

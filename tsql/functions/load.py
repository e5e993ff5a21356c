"""Imports every function and type family for their registrations. Sorted; one line a family."""

# ruff: noqa: F401 - imported for what they register

import tsql.functions.hashing
import tsql.functions.text_comparison
import tsql.types.array
import tsql.types.boolean
import tsql.types.bytea
import tsql.types.floats
import tsql.types.integers
import tsql.types.json
import tsql.types.numeric
import tsql.types.text
import tsql.types.uuid

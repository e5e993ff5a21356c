"""Imports every function and type family, so that their registrations happen. Sorted; one line a family."""

# ruff: noqa: F401 - imported for what they register

import tsql.types.bytea
import tsql.types.json
import tsql.types.text
import tsql.types.uuid

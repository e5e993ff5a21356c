"""Imports every function and type family for their registrations. Sorted; one line a family."""

# ruff: noqa: F401 - imported for what they register

import tsql.functions.array
import tsql.functions.array_search
import tsql.functions.boolean
import tsql.functions.bytea
import tsql.functions.encode
import tsql.functions.encodings
import tsql.functions.float
import tsql.functions.float_math
import tsql.functions.hashing
import tsql.functions.in_range
import tsql.functions.integer
import tsql.functions.json_aggregates
import tsql.functions.json_build
import tsql.functions.like
import tsql.functions.number_cast
import tsql.functions.numeric
import tsql.functions.numeric_power
import tsql.functions.random
import tsql.functions.series
import tsql.functions.similar
import tsql.functions.text
import tsql.functions.text_cast
import tsql.functions.text_comparison
import tsql.functions.text_format
import tsql.functions.text_quote
import tsql.functions.text_unicode
import tsql.functions.to_ascii
import tsql.functions.type_info
import tsql.functions.type_output
import tsql.functions.width_bucket
import tsql.types.array
import tsql.types.boolean
import tsql.types.bytea
import tsql.types.datetimes
import tsql.types.floats
import tsql.types.integers
import tsql.types.json
import tsql.types.numeric
import tsql.types.text
import tsql.types.type_names
import tsql.types.uuid

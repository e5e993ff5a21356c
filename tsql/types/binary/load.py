"""Imports every family of binary forms for its registrations."""

# ruff: noqa: F401 - imported for what they register

import tsql.types.binary.arrays
import tsql.types.binary.datetimes
import tsql.types.binary.numerics
import tsql.types.binary.records
import tsql.types.binary.scalars

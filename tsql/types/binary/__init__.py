"""PostgreSQL's binary representation of values: typsend and typreceive.

Used by whoever moves binary values: parameters and rows of the wire protocol, COPY … (FORMAT binary),
and the functions `int4send`, `numeric_send` and their kin. `tsql.types.binary.registry` has the
registry; the families register when they are imported by `tsql.types.binary.load`.
"""

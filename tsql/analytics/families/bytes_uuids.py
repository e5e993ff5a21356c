"""bytea and uuid: both are bytes in DuckDB, and compared as bytes."""

from typing import Final

from tsql.analytics.emitted import Form
from tsql.analytics.families.comparisons import compared

FORMS: Final[dict[str, Form]] = {
    **compared("bytea{}", "bytea", "bytea"),
    **compared("uuid_{}", "uuid", "uuid"),
    "length(bytea)": "CAST(octet_length({0}) AS INTEGER)",
    "octet_length(bytea)": "CAST(octet_length({0}) AS INTEGER)",
    "byteacat(bytea,bytea)": "{0} || {1}",
}

"""boolean."""

from typing import Final

from tsql.analytics.emitted import Form
from tsql.analytics.families.comparisons import compared

FORMS: Final[dict[str, Form]] = {
    **compared("bool{}", "bool", "bool"),
    "bool(int4)": "{0} <> 0",
    "text(bool)": "CASE WHEN {0} THEN 'true' WHEN NOT {0} THEN 'false' END",
}

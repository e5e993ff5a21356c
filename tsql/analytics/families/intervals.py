"""interval: months, days and microseconds stay apart, and compare as 30 days and 24 hours."""

from typing import Final

from tsql.analytics.emitted import Form
from tsql.analytics.families.comparisons import compared

FORMS: Final[dict[str, Form]] = {
    **compared("interval_{}", "interval", "interval"),
    "interval_pl(interval,interval)": "{0} + {1}",
    "interval_mi(interval,interval)": "{0} - {1}",
    "interval_um(interval)": "-{0}",
}

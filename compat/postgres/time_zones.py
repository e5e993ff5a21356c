"""pg_timezone_names and pg_timezone_abbrevs as views over the functions of the same names."""

from collections.abc import Iterator

from compat.postgres.recorded import PG_CATALOG
from compat.postgres.system_relations import Moment, Values, built
from tsql.functions import zone_lists


@built(PG_CATALOG, "pg_timezone_names", live=True)
def pg_timezone_names(moment: Moment) -> Iterator[Values]:
    for name, abbreviation, offset, is_dst in zone_lists.pg_timezone_names(moment.env):
        yield {"name": name, "abbrev": abbreviation, "utc_offset": offset, "is_dst": is_dst}


@built(PG_CATALOG, "pg_timezone_abbrevs", live=True)
def pg_timezone_abbrevs(moment: Moment) -> Iterator[Values]:
    for abbreviation, offset, is_dst in zone_lists.pg_timezone_abbrevs(moment.env):
        yield {"abbrev": abbreviation, "utc_offset": offset, "is_dst": is_dst}

"""interval: registers its text input and output."""

from tsql.types import oids
from tsql.types.interval_input import parse_interval
from tsql.types.interval_text import interval_text
from tsql.types.io import text_io

text_io(oids.INTERVAL, parse_interval, interval_text)

"""The current time, at the transaction's start, the statement's start, or just now.

CURRENT_DATE, LOCALTIME and the like are now() cast and rounded; the binder makes them so.
"""

from tsql.env import Env
from tsql.functions.registry import implements
from tsql.types.civil import DAY, SECOND, civil_from_days, weekday
from tsql.types.datetime_words import MONTH_NAMES, WEEKDAY_NAMES
from tsql.types.timezones import session_zone


@implements("now", env=True)
def now(env: Env) -> int:
    return env.transaction_timestamp


@implements("statement_timestamp", env=True)
def statement_timestamp(env: Env) -> int:
    return env.statement_timestamp


@implements("clock_timestamp", env=True)
def clock_timestamp(env: Env) -> int:
    return env.clock()


@implements("timeofday", env=True)
def timeofday(env: Env) -> str:
    moment = env.clock()
    zone = session_zone(env).at(moment // SECOND)
    days, time = divmod(moment + zone.offset * SECOND, DAY)
    year, month, day = civil_from_days(days)
    seconds, fraction = divmod(time, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    date = f"{WEEKDAY_NAMES[weekday(days)][:3]} {MONTH_NAMES[month - 1][:3]} {day:02d}"
    return f"{date} {hour:02d}:{minute:02d}:{second:02d}.{fraction:06d} {year} {zone.abbreviation}"

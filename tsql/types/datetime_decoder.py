"""Decodes the fields of a date with an optional time and zone, and of a time of day alone.

Two decoders over the steps of datetime_fields: they differ in how a bare number is taken (a time
alone can't be a year) and in when a date may stand beside a time.
"""

from tsql.env import Env
from tsql.types.civil import EPOCH_JULIAN, days_from_civil, is_valid_julian
from tsql.types.datetime_fields import (
    SEEN_DATE,
    SEEN_DAY,
    SEEN_DAYLIGHT_MODIFIER,
    SEEN_DYNAMIC_ZONE,
    SEEN_MONTH,
    SEEN_SPECIAL,
    SEEN_TIME,
    SEEN_WEEKDAY,
    SEEN_ZONE,
    DateTimeParts,
    known_word,
    local_now,
)
from tsql.types.datetime_lexer import (
    BAD_FORMAT,
    Fault,
    Field,
    FieldType,
    TextError,
    leading_int,
    split_fields,
)
from tsql.types.datetime_words import Unit, Word, WordKind

_DATE_TEXT_MAX = 128 + 1
_DATETIME_TEXT_MAX = 128 + 25
_DAYS_FROM_TODAY = {"today": 0, "yesterday": -1, "tomorrow": 1}


def decode_datetime(text: str, env: Env) -> DateTimeParts:
    """Returns the parts of a date with an optional time, with the session's zone if none is given.

    If `special` is epoch, infinity or -infinity, that is the value, and nothing else counts.
    """
    parts = DateTimeParts(env)
    fields = split_fields(text, _DATETIME_TEXT_MAX)
    for position, field in enumerate(fields):
        parts.take(_datetime_field(parts, fields, position, field))
    parts.check_date()
    parts.apply_meridiem()
    if parts.special:
        return parts
    if parts.seen & SEEN_DATE != SEEN_DATE:
        raise TextError(BAD_FORMAT)
    parts.resolve_zone(_days(parts))
    return parts


def _days(parts: DateTimeParts) -> int:
    if not is_valid_julian(parts.year, parts.month):
        return 0  # Out of range anyway: its zone offset doesn't matter.
    return days_from_civil(parts.year, parts.month, parts.day)


def _datetime_field(parts: DateTimeParts, fields: list[Field], position: int, field: Field) -> int:
    match field.type:
        case FieldType.DATE:
            return _date_or_zone(parts, field.text)
        case FieldType.TIME:
            if parts.label not in {None, Unit.TIME}:
                raise TextError(BAD_FORMAT)
            parts.label = None
            found = parts.read_time(field.text)
            parts.check_time()
            return found
        case FieldType.ZONE:
            parts.read_zone_offset(field.text)
            return SEEN_ZONE
        case FieldType.NUMBER if parts.label is not None:
            return parts.read_labelled(field.text)
        case FieldType.NUMBER:
            return _bare_number(parts, field.text)
        case _:
            return _datetime_word(parts, fields, position, field.text)


def _date_or_zone(parts: DateTimeParts, text: str) -> int:
    if parts.label is Unit.JULIAN:
        days, end = leading_int(text, 0, Fault.RANGE)
        parts.set_day(days - EPOCH_JULIAN)
        parts.is_julian = True
        parts.label = None
        parts.read_zone_offset(text[end:])
        return SEEN_DATE | SEEN_TIME | SEEN_ZONE
    if parts.label is None and not (parts.seen & SEEN_MONTH and parts.seen & SEEN_DAY):
        return parts.read_date(text)
    if parts.label is None and not text[0].isdigit():
        return parts.read_zone_name(text, must_exist=True)
    if parts.label not in {None, Unit.TIME}:
        raise TextError(BAD_FORMAT)
    parts.label = None
    return _digits_with_zone(parts, text, parts.seen)


def _digits_with_zone(parts: DateTimeParts, text: str, seen: int) -> int:
    """Reads hhmmss-zz."""
    digits, minus, zone = text.partition("-")
    if parts.seen & SEEN_TIME == SEEN_TIME or not minus:
        raise TextError(BAD_FORMAT)
    parts.read_zone_offset(minus + zone)
    return parts.read_digits(digits, seen) | SEEN_ZONE


def _bare_number(parts: DateTimeParts, text: str) -> int:
    point = text.find(".")
    if point >= 0 and not parts.seen & SEEN_DATE:
        return parts.read_date(text)
    runs_together = len(text) >= 6 and not (parts.seen & SEEN_DATE and parts.seen & SEEN_TIME)
    if point > 2 or runs_together:
        return parts.read_digits(text, parts.seen)
    return parts.read_number(text, parts.seen, has_text_month=parts.has_text_month)


def _datetime_word(parts: DateTimeParts, fields: list[Field], position: int, text: str) -> int:
    word = known_word(text)
    if word is None:
        return parts.read_zone_name(text, must_exist=False)
    match word.kind:
        case WordKind.IGNORED:
            return 0
        case WordKind.SPECIAL:
            return _special_datetime(parts, str(word.value))
        case WordKind.MONTH:
            return _month_name(parts, word)
        case WordKind.WEEKDAY:
            return SEEN_WEEKDAY
        case WordKind.TIME_FOLLOWS:
            if parts.seen & SEEN_DATE != SEEN_DATE:
                raise TextError(BAD_FORMAT)
            return parts.expect_time(fields, position)
        case _:
            return parts.read_common_word(word, text)


def _special_datetime(parts: DateTimeParts, name: str) -> int:
    match name:
        case "now":
            parts.special = ""
            days, time, parts.zone = local_now(parts.env)
            parts.set_day(days)
            parts.set_time(time)
            return SEEN_DATE | SEEN_TIME | SEEN_ZONE
        case "today" | "yesterday" | "tomorrow":
            parts.special = ""
            parts.set_day(local_now(parts.env)[0] + _DAYS_FROM_TODAY[name])
            return SEEN_DATE
        case "allballs":
            parts.special = ""
            parts.hour = parts.minute = parts.second = 0
            parts.zone = 0
            return SEEN_TIME | SEEN_ZONE
        case _:
            parts.special = name
            return SEEN_SPECIAL


def _month_name(parts: DateTimeParts, word: Word) -> int:
    assert isinstance(word.value, int)
    found = SEEN_MONTH
    number_was_day = (
        parts.seen & SEEN_MONTH
        and not parts.has_text_month
        and not parts.seen & SEEN_DAY
        and 1 <= parts.month <= 31
    )
    if number_was_day:
        parts.day = parts.month
        found = SEEN_DAY
    parts.has_text_month = True
    parts.month = word.value
    return found


def decode_time(text: str, env: Env) -> DateTimeParts:
    """Returns the parts of a time of day.

    `zone` is the one given, or the session's on the date given or today.
    """
    parts = DateTimeParts(env)
    fields = split_fields(text, _DATE_TEXT_MAX)
    for position, field in enumerate(fields):
        parts.take(_time_field(parts, fields, position, field))
    parts.check_date()
    parts.apply_meridiem()
    parts.check_time()
    if parts.seen & SEEN_TIME != SEEN_TIME:
        raise TextError(BAD_FORMAT)
    _resolve_time_zone(parts)
    return parts


def _resolve_time_zone(parts: DateTimeParts) -> None:
    fixed = None if parts.named_zone is None else parts.named_zone.fixed_offset
    if fixed is not None and not parts.seen & SEEN_DAYLIGHT_MODIFIER:
        parts.zone = -fixed
        return
    has_date = parts.seen & SEEN_DATE
    if has_date == SEEN_DATE:
        parts.resolve_zone(_days(parts))
        return
    has_offset = parts.seen & SEEN_ZONE and not parts.seen & SEEN_DYNAMIC_ZONE
    if parts.named_zone is not None or (has_date and not has_offset):
        raise TextError(BAD_FORMAT)  # What the zone means depends on a date that isn't there.
    parts.resolve_zone(local_now(parts.env)[0])


def _time_field(parts: DateTimeParts, fields: list[Field], position: int, field: Field) -> int:
    match field.type:
        case FieldType.DATE:
            return _time_date_or_zone(parts, fields, position, field.text)
        case FieldType.TIME:
            return parts.read_time(field.text)
        case FieldType.ZONE:
            parts.read_zone_offset(field.text)
            return SEEN_ZONE
        case FieldType.NUMBER if parts.label is not None:
            return parts.read_labelled(field.text)
        case FieldType.NUMBER:
            return _time_number(parts, fields, position, field.text)
        case _:
            return _time_word(parts, fields, position, field.text)


def _time_date_or_zone(parts: DateTimeParts, fields: list[Field], position: int, text: str) -> int:
    date_comes_first = (
        position == 0
        and len(fields) >= 2
        and (fields[-1].type is FieldType.DATE or fields[1].type is FieldType.TIME)
    )
    if date_comes_first:
        return parts.read_date(text)
    if text[0].isdigit():
        return _digits_with_zone(parts, text, parts.seen | SEEN_DATE)
    return parts.read_zone_name(text, must_exist=True)


def _time_number(parts: DateTimeParts, fields: list[Field], position: int, text: str) -> int:
    point = text.find(".")
    if point >= 0:
        if position == 0 and len(fields) >= 2 and fields[-1].type is FieldType.DATE:
            return parts.read_date(text)
        if point <= 2:
            raise TextError(BAD_FORMAT)
        return parts.read_digits(text, parts.seen | SEEN_DATE)
    if len(text) > 4:
        return parts.read_digits(text, parts.seen | SEEN_DATE)
    return parts.read_number(text, parts.seen | SEEN_DATE, has_text_month=False)


def _time_word(parts: DateTimeParts, fields: list[Field], position: int, text: str) -> int:
    word = known_word(text)
    if word is None:
        return parts.read_zone_name(text, must_exist=False)
    match word.kind:
        case WordKind.IGNORED:
            return 0
        case WordKind.SPECIAL if word.value == "now":
            parts.set_time(local_now(parts.env)[1])
            return SEEN_TIME
        case WordKind.SPECIAL if word.value == "allballs":
            parts.hour = parts.minute = parts.second = 0
            parts.zone = 0
            return SEEN_TIME | SEEN_ZONE
        case WordKind.TIME_FOLLOWS:
            return parts.expect_time(fields, position)
        case _:
            return parts.read_common_word(word, text)

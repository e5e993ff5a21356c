"""Records PostgreSQL's answers to many date and time texts, templates and calls: tests/golden/datetimes.

    python -m tests.tsql.functions.record_datetimes PORT

Everything is drawn with a seed. What depends on the day of the recording is left out: now, today,
and times whose zone has daylight saving.
"""

import random
import sys
from collections.abc import Iterator

from tests.pgclient import PgClient
from tests.tsql.functions.datetime_cases import GOLDEN, SERIES_LENGTH_MAX, Case, Settings
from tsql.catalog import pg
from tsql.functions.registry import implementation_of
from tsql.types.interval_input import (
    MASK_ALL,
    MASK_DAY,
    MASK_HOUR,
    MASK_MINUTE,
    MASK_MONTH,
    MASK_SECOND,
    MASK_YEAR,
)


def words(text: str, separator: str | None = None) -> list[str]:
    return text.split(separator)


ORDERS = ("MDY", "DMY", "YMD")
STYLES = ("ISO", "SQL", "Postgres", "German")
INTERVAL_STYLES = ("postgres", "postgres_verbose", "sql_standard", "iso_8601")
STEADY_ZONES = ("UTC", "Asia/Kolkata")
ZONES = (*STEADY_ZONES, "America/New_York", "Europe/Moscow", "EST5EDT,M3.2.0,M11.1.0", "<+03>-3")
PER_FUNCTION = 9

WORDS = words(
    "jan Feb January sept mon Tuesday am pm AD bc d h j jd julian m mm s y t z epoch infinity -infinity "
    "allballs at on dst UTC PST est EDT msk cet met zulu foo dow doy Asia/Tokyo europe/moscow"
)
ZONE_WORDS = words("UTC z zulu +5 -08:30 +0530 Asia/Tokyo cet msk PST foo/bar -16:00 +05:30:15")
FORMS = words(
    "8-Jan-1999 Jan-08-1999 1999-Jan-08 20000101 200001 010203 0102 1.5 2000.001 2001.360 040506.789 "
    "20011225T0102 99-jan-8 J2451187 j2451187.25 2000-001 1999-01-08T04:05:06.789-08:00 08/01/1999 "
    "1999-01-08 01-08-1999 8.1.1999 04:05 040506 04:05:06 16:05 24:00:00 4713-01-01 294276-12-31 "
    "5874897-12-31 0001-01-01 0000-01-01 2000-02-30 1999-13-01 25:00 12:60 99999999999-01-01"
)
UNITS = words(
    "us usec ms msecs s sec seconds m min minute h hour hours d day days w week mon months month y year "
    "years dec decade c century mil millennium ago quarter foo"
)
INTERVAL_TYPMODS = {
    "interval year": MASK_YEAR, "interval month": MASK_MONTH, "interval day": MASK_DAY,
    "interval year to month": MASK_YEAR | MASK_MONTH, "interval hour": MASK_HOUR,
    "interval minute": MASK_MINUTE, "interval second": MASK_SECOND,
    "interval day to hour": MASK_DAY | MASK_HOUR, "interval hour to minute": MASK_HOUR | MASK_MINUTE,
    "interval minute to second": MASK_MINUTE | MASK_SECOND, "interval": MASK_ALL,
}  # fmt: skip
DATE_FIELDS = words(
    "A.D. A.M. AD AM B.C. BC CC DAY DDD DD DY Day Dy D FF1 FF2 FF3 FF4 FF5 FF6 HH24 HH12 HH IDDD ID IW "
    "IYYY IYY IY I J MI MM MONTH MON MS Month Mon OF P.M. PM Q RM SSSSS SSSS SS TZH TZM TZ US WW W "
    "Y,YYY YYYY YYY YY Y FX"
)
READ_TEMPLATES = words(
    "YYYY-MM-DD|YYYYMMDD|DD Mon YYYY|HH24:MI:SS|HH12:MI AM|YYYY-MM-DD HH24:MI:SS.US|FXYYYY-MM-DD|"
    "IYYY-IW-ID|YYYY-DDD|J|YY|Y,YYY-MM|CC YY|MM/DD/YYYY BC|YYYY-MM-DD TZH:TZM|FMMonth DDth, YYYY|"
    "YYYY WW|MM W YYYY|SSSS|RM|IYYY-IDDD|Day DD|SS.MS|SS.FF6|YYYYMM DD|YYYY-IW|DY|TZ",
    "|",
)
NUMBERS = {
    "int4": words("0 1 -1 5 12 -34 123 4567 -98765 1234567 3999 4000 1999 2147483647"),
    "int8": words("0 1 -1 12 -98765 1234567890123 3999 9223372036854775807"),
    "numeric": words("0 0.1 -0.1 1 1.5 -1.5 12.345 -485.8 1234.5678 0.001 9.99 1e20 NaN Infinity"),
    "float8": words("0 0.1 -0.1 1 0.5 1.5 12.345 -485.8 1234.5678 0.001 99999.99 1e20 NaN"),
    "float4": words("0 0.1 1 0.5 -1.5 12.345 -485.8 1234.5678 0.05 123456789.987 Infinity"),
}  # fmt: skip
POOL: dict[str, list[str | None]] = {
    "date": ["2000-01-01", "2024-02-29", "0044-03-15 BC", "infinity", "-infinity", "5874897-12-31"],
    "time": ["00:00:00", "12:34:56.789", "24:00:00", "23:59:59.999999"],
    "timetz": ["12:34:56.789+02", "00:00:00-08:30", "24:00:00+00"],
    "timestamp": [
        "2000-01-01 00:00:00", "2024-02-29 12:34:56.789", "0044-03-15 01:02:03 BC", "infinity",
        "-infinity", "294276-12-31 23:59:59", "2024-03-31 02:30:00", "1999-12-31 23:59:59",
    ],
    "timestamptz": [
        "2000-01-01 00:00:00+00", "2024-02-29 12:34:56.789+00", "2024-07-01 00:00:00+02", "infinity",
        "1900-01-01 00:00:00+00", "294276-12-31 20:59:59+00", "2011-03-27 02:30:00+03",
    ],
    "interval": [
        "1 day", "-1 mon", "1 year 2 mons -3 days 04:05:06.789", "0", "30 days", "100000 hours",
        "178956970 years", "-1 day 23:00", "00:15:00",
    ],
    "int4": ["0", "1", "-5", "12", "2024", "2147483647"],
    "int8": ["0", "-7"],
    "float8": ["0", "1.5", "-0.1", "1e10", "NaN", "59.999999", "1700000000.25"],
    "bool": ["t", "f"],
}  # fmt: skip
FIELDS = words(
    "year month day hour minute second milliseconds us quarter week dow isodow doy isoyear decade "
    "century millennium julian epoch timezone timezone_hour timezone_minute foo now y"
)
CALL_ZONES = ["Asia/Tokyo", "UTC", "MSK", "-05:30", "America/New_York", "foo", "est5edt", "PST"]


def settings(chance: random.Random, zones: tuple[str, ...] = ZONES) -> Settings:
    return Settings(
        chance.choice(STYLES),
        chance.choice(ORDERS),
        chance.choice(INTERVAL_STYLES),
        chance.choice(zones),
    )


def datetime_inputs(chance: random.Random) -> Iterator[Case]:
    for _ in range(3000):
        name = chance.choice(["date", "time", "timetz", "timestamp", "timestamptz"])
        is_time = name in {"time", "timetz"}
        words = [word for word in WORDS if not is_time or word not in {"EDT", "msk"}]
        parts = []
        for _ in range(chance.choice([1, 1, 2, 2, 3, 4])):
            pool = chance.choice(
                [words, FORMS, FORMS, FORMS, ZONE_WORDS, [str(chance.randint(0, 99))]]
            )
            parts.append(chance.choice(pool))
            parts.append(chance.choice([" ", " ", " ", "", ", ", "T"]))
        text = "".join(parts[:-1])
        if is_time and "msk" in text.lower():
            continue
        zones = STEADY_ZONES if is_time else ZONES
        typmod = chance.choice([-1, -1, 0, 2])
        if name == "date" or typmod == -1:
            yield Case(settings(chance, zones), name, (text,), -1)
        else:
            sql_type = {
                "timestamptz": "timestamp({}) with time zone",
                "timetz": "time({}) with time zone",
            }
            shown = sql_type.get(name, name + "({})").format(typmod)
            yield Case(settings(chance, zones), f"{name}|{shown}", (text,), typmod)


def interval_inputs(chance: random.Random) -> Iterator[Case]:
    for _ in range(1500):
        text = _iso_interval(chance) if chance.random() < 0.25 else _interval(chance)
        shown, mask = chance.choice(list(INTERVAL_TYPMODS.items()))
        if chance.random() < 0.6:
            yield Case(settings(chance), "interval", (text,))
        else:
            yield Case(settings(chance), f"interval|{shown}", (text,), mask << 16 | 0xFFFF)


def _interval(chance: random.Random) -> str:
    def number() -> str:
        return chance.choice(
            [str(chance.randint(-20, 20)), f"{chance.uniform(-9, 9):.2f}", "+3", "- 4", ".5",
             "2147483647", "178956970", "9223372036854775807"]
        )  # fmt: skip

    def part() -> str:
        unit = chance.choice(UNITS)
        times = ["1:02", "-12:30:45.5", "+100:00:00", "1-2", "-3-11", unit]
        return chance.choice([f"{number()} {unit}", f"{number()}{unit}", number(), *times])

    return " ".join(part() for _ in range(chance.choice([1, 2, 2, 3])))


def _iso_interval(chance: random.Random) -> str:
    text = "P"
    for _ in range(chance.randint(0, 3)):
        text += chance.choice(["1", "-2", "0.5", "10.25"]) + chance.choice("YMWDH")
    if chance.random() < 0.6:
        text += "T"
        for _ in range(chance.randint(0, 3)):
            text += chance.choice(["1", "-2", "0.5", "10.123456"]) + chance.choice("HMSD")
    return chance.choice([text, text, text, "P2000-01-02", "P20000102T010203", "P1-2T3:4:5.5"])


def calls(chance: random.Random) -> Iterator[Case]:
    by_oid = pg.types()
    times = {"date", "time", "timetz", "timestamp", "timestamptz", "interval"}
    for proc in pg.procs().values():
        names = [by_oid[oid].name for oid in proc.argument_types]
        mine = times & {*names, by_oid[proc.result_type].name}
        known = set(names) <= {*POOL, "text"} and proc.volatility != "v" and names
        if not mine or not known or proc.name in {"to_char", "to_date", "age", "to_timestamp"}:
            continue
        if proc.kind != "f" or implementation_of(proc) is None or "stat" in proc.name:
            continue
        signature = pg.signature(proc)
        if signature in {"timetz(time)", "timezone(text,timetz)"}:
            continue  # These depend on today.
        for _ in range(PER_FUNCTION):
            texts = tuple(_argument(chance, proc.name, name, i) for i, name in enumerate(names))
            yield Case(settings(chance), signature, texts)
    for name in ("timestamp", "timestamptz"):
        for _ in range(40):
            texts = tuple(chance.choice(POOL[name]) for _ in range(2))
            yield Case(settings(chance), f"age({name},{name})", texts)


def _argument(chance: random.Random, function: str, name: str, position: int) -> str | None:
    if chance.random() < 0.04:
        return None
    if name != "text":
        return chance.choice(POOL[name])
    is_unit = function in {"date_trunc", "date_part", "extract"} and position == 0
    return chance.choice(FIELDS if is_unit else CALL_ZONES)


def _date_template(chance: random.Random) -> str:
    text = ""
    for _ in range(chance.randint(1, 4)):
        field = chance.choice(DATE_FIELDS)
        if chance.random() < 0.2:
            field = field.lower()
        text += chance.choice(["", "", "", "FM", "TM"]) + field
        text += chance.choice(["", "", "", "", "TH", "th"])
        text += chance.choice(["", "-", " ", ":", "/", "  ", '"T"', '"a\\"b"', "x", '\\"', "."])
    return text


def _number_template(chance: random.Random) -> str:
    if chance.random() < 0.25:
        pieces = [
            ",",
            ".",
            "0",
            "9",
            "B",
            "D",
            "EEEE",
            "FM",
            "G",
            "L",
            "MI",
            "PL",
            "PR",
            "RN",
            "SG",
        ]
        pieces += ["S", "TH", "V", "9", "9", "0", " ", "x", '"q"']
        return "".join(chance.choice(pieces) for _ in range(chance.randint(1, 7)))
    whole = "".join(chance.choice("990,G9") for _ in range(chance.randint(0, 6)))
    point = chance.choice(["", ".", "D"])
    rest = "".join(chance.choice("90") for _ in range(chance.randint(0, 3))) if point else ""
    before = chance.choice(["", "", "FM", "S", "MI", "PL", "SG", "L", "FMS", "FMMI", "B"])
    after = chance.choice(["", "", "", "S", "MI", "PL", "SG", "PR", "TH", "th", "V99", "EEEE"])
    return before + whole + point + rest + after


def templates(chance: random.Random) -> Iterator[Case]:
    for _ in range(1200):
        name = chance.choice(["timestamp", "timestamptz", "interval"])
        value = chance.choice(POOL[name][:6])
        if name == "interval" and chance.random() < 0.7:
            value = f"{chance.randint(0, 99)} days {chance.randint(-99, 99)}:05:06.789"
        yield Case(settings(chance), f"to_char({name},text)", (value, _date_template(chance)))
    for _ in range(1500):
        name = chance.choice(list(NUMBERS))
        value = chance.choice(NUMBERS[name])
        yield Case(Settings(), f"to_char({name},text)", (value, _number_template(chance)))
    for _ in range(800):
        texts = [
            "1,234.5",
            "-12",
            "12-",
            " 1 2",
            "<5>",
            "+3.25",
            "$1234.567",
            "12x34",
            ".5",
            "99999999",
        ]
        yield Case(
            Settings(), "to_number(text,text)", (chance.choice(texts), _number_template(chance))
        )
    for _ in range(1500):
        template = chance.choice([_date_template(chance), chance.choice(READ_TEMPLATES)])
        function = chance.choice(["to_date", "to_timestamp"])
        text = _templated_text(chance, template)
        yield Case(Settings(zone=chance.choice(ZONES)), f"{function}(text,text)", (text, template))


def _templated_text(chance: random.Random, template: str) -> str:
    moment = chance.choice(POOL["timestamptz"][:3] + POOL["timestamptz"][4:5])
    written = Case(Settings(), "to_char(timestamptz,text)", (moment, template)).answer()
    text = written if isinstance(written, str) else "2000-01-01"
    spot = chance.randrange(len(text)) if text else 0
    damaged = text[:spot] + chance.choice(["", "x", " ", "-", "1"]) + text[spot + 1 :]
    others = [
        "2000-01-01",
        "12/31/1999",
        "Jan 5 2000",
        "24:00",
        "13:05 PM",
        "99",
        "2000 053",
        "abc",
    ]
    return chance.choice([text, text, damaged, " " + text.strip(), chance.choice(others)])


def answer(client: PgClient, case: Case) -> object:
    shown = case.sql()
    if "|" in case.signature:
        sql_type = case.signature.partition("|")[2]
        shown = shown.replace(case.signature, sql_type)
    result = client.simple_query(case.settings.sql() + shown)[-1]
    if result.error:
        return [result.error.get(key) for key in ("sqlstate", "message", "detail", "hint")]
    rows = [row[0] for row in result.rows]
    is_set = case.signature.startswith("generate_series")
    return rows[:SERIES_LENGTH_MAX] if is_set else rows[0]


def main() -> None:
    GOLDEN.mkdir(exist_ok=True)
    makers = {
        "datetime_input": datetime_inputs, "interval_input": interval_inputs,
        "calls": calls, "templates": templates,
    }  # fmt: skip
    with PgClient.connect(port=int(sys.argv[1]), user="postgres") as client:
        client.simple_query("SET statement_timeout TO '5s'")
        for name, make in makers.items():
            lines = []
            for case in make(random.Random(name)):
                line = case.to_json(answer(client, case))
                if len(line) < 600 and "57014" not in line:
                    lines.append(line + "\n")
            (GOLDEN / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
            print(name, len(lines))


if __name__ == "__main__":
    main()

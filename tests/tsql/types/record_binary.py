"""Records what PostgreSQL sends in binary for the values in VALUES, into tests/golden/binary.

    python -m tests.tsql.types.record_binary PORT

One line per value: type, text and hexadecimal bytes, separated by tabs.
"""

import sys
from pathlib import Path

from tests.pgclient import PgClient

GOLDEN = Path(__file__).parents[2] / "golden" / "binary" / "values.tsv"

VALUES: dict[str, list[str]] = {
    "bool": ["t", "f"],
    "int2": ["0", "-32768", "32767"],
    "int4": ["0", "-1", "2147483647", "-2147483648"],
    "int8": ["0", "9223372036854775807", "-9223372036854775808"],
    "oid": ["0", "4294967295"],
    "float4": ["0", "-0", "1.5", "3.4028235e+38", "1e-45", "NaN", "Infinity", "-Infinity"],
    "float8": ["0", "-0", "0.1", "1.7976931348623157e+308", "5e-324", "NaN", "Infinity"],
    "numeric": [
        "0", "0.00", "12.500", "-1.5", "100000000000000000000", "0.00012", "1234567890.0987654321",
        "10000", "9999", "0.0001", "1e-16383", "NaN", "Infinity", "-Infinity", "10000.0001",
        "1" + "0" * 400, "-99999999.9",
    ],
    "text": ["", "abc", "äöü€😀"],
    "varchar": ["", "x"],
    "bpchar": ["ab  "],
    '"char"': ["", "a", "\\351"],
    "name": ["pg_class"],
    "bytea": ["\\x", "\\x00ff"],
    "uuid": ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    "date": ["2000-01-01", "1999-12-31", "infinity", "-infinity", "4713-01-01 BC", "5874897-12-31"],
    "time": ["00:00:00", "24:00:00", "12:34:56.789012"],
    "timetz": ["12:34:56+02", "00:00:00-15:59:59"],
    "timestamp": ["2000-01-01 00:00:00", "1970-01-01 00:00:00", "infinity", "-infinity",
                  "294276-12-31 23:59:59.999999", "4714-11-24 00:00:00 BC"],
    "timestamptz": ["2024-02-29 12:00:00+00", "infinity"],
    "interval": ["1 mon 2 days 00:00:03", "00:00:00", "-1 years -2 mons +3 days -04:05:06.7"],
    "json": ['{"a" : [1, null]}'],
    "jsonb": ['{"a": [1, null, "x"], "bb": {"c": 1.50}}', "null", '"€"'],
    "int4[]": ["{}", "{1,NULL,3}", "[0:1]={1,2}", "{{1,2},{3,4}}"],
    "text[]": ['{a,"b c",NULL,""}'],
    "numeric[]": ["{1.0,NULL}"],
    "bool[]": ["{t,f}"],
    "timestamptz[]": ['{"2024-02-29 12:00:00+00"}'],
    "jsonb[]": ['{"{\\"a\\": 1}"}'],
    "uuid[]": ["{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"],
}  # fmt: skip


def main() -> None:
    lines = []
    with PgClient.connect(port=int(sys.argv[1]), TimeZone="UTC") as client:
        for type_name, texts in VALUES.items():
            for text in texts:
                sql = f"select $1::{type_name}, '{type_name}'::regtype::oid"
                shown = client.extended_query(sql, [text]).rows[0]
                raw = client.extended_query(sql, [text], result_formats=[1, 0]).rows[0][0]
                assert isinstance(raw, bytes)
                lines.append("\t".join((str(shown[1]), str(shown[0]), raw.hex())))
    GOLDEN.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

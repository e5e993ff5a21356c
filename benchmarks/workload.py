"""The table of the point benchmarks: a million rows of 10 columns and about 200 bytes."""

import random
from collections.abc import Iterator

COLUMNS = "id bigint PRIMARY KEY, a int, b int, c bigint, d numeric(10,2), e text, f text, g timestamptz, h bool, i float8"
CREATE = f"DROP TABLE IF EXISTS points; CREATE TABLE points ({COLUMNS})"
ROWS = 1_000_000

READ = "\\set id random(1, {rows})\nSELECT * FROM points WHERE id = :id;\n"
UPDATE = "\\set id random(1, {rows})\n\\set v random(1, 1000000)\nUPDATE points SET a = :v WHERE id = :id;\n"
INSERT = (
    "\\set id random(10000000, 9000000000000000000)\n\\set v random(1, 1000000)\n"
    "INSERT INTO points VALUES (:id, :v, 2, 3, 4.50, 'a text of thirty-two characters.', "
    "'another text of the same length.', '2024-01-01 00:00:00+00', true, 1.5);\n"
)


def copy_chunks(rows: int, *, start: int = 1, seed: int = 1) -> Iterator[bytes]:
    """Yields COPY text, about 64 KB a chunk."""
    source = random.Random(seed)
    lines: list[str] = []
    for key in range(start, start + rows):
        text = f"{source.getrandbits(128):032x}"
        lines.append(
            f"{key}\t{key % 1000}\t{source.randrange(1 << 31)}\t{key * 7919}\t{key % 100000}.25\t{text}\t"
            f"{text[::-1]}\t2024-01-{key % 28 + 1:02d} 10:20:30.{key % 1000:03d}+00\t{'tf'[key & 1]}\t{key * 0.5}\n"
        )
        if len(lines) == 400:
            yield "".join(lines).encode()
            lines.clear()
    if lines:
        yield "".join(lines).encode()

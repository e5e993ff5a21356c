"""Random SELECTs over the corpus's tables: expressions of every family, put together at random."""

import random

#: For each type: columns of m, literals, and patterns of expressions over the types in braces.
COLUMNS = {
    "int": ["m.id", "m.s", "m.b", "e.no", "e.m_id"],
    "num": ["m.n", "m.u", "e.amount"],
    "float": ["m.f", "m.r"],
    "text": ["m.t", "m.v", "e.kind", "m.doc ->> 'name'"],
    "bool": ["m.ok"],
    "date": ["m.d", "e.at"],
    "ts": ["m.ts"],
    "iv": ["m.iv"],
}
LITERALS = {
    "int": ["0", "1", "3", "-2", "7", "NULL::int"],
    "num": ["0.5", "1.25", "-3", "100.00", "0", "NULL::numeric"],
    "float": ["0.5::float8", "'NaN'::float8", "1e10::float8", "'-0'::float8"],
    "text": ["'Text 1'", "''", "'v2'", "'red'", "NULL::text", "'ü'"],
    "bool": ["true", "false", "NULL::bool"],
    "date": ["date '2024-02-10'", "date '2024-01-30'"],
    "ts": ["timestamp '2024-03-01 12:00'", "timestamp '2024-03-09 00:00:00.5'"],
    "iv": ["interval '1 day'", "interval '1 month -3 hours'"],
}
PATTERNS = {
    "int": [
        "({int} + {int})", "({int} - {int})", "({int} * {int})", "({int} / {int})", "({int} % {int})",
        "abs({int})", "(-{int})", "length({text})", "strpos({text}, {text})", "({date} - {date})",
        "CASE WHEN {bool} THEN {int} ELSE {int} END", "coalesce({int}, {int})", "nullif({int}, {int})",
        "greatest({int}, {int})", "({num})::int", "({float})::int", "(m.doc -> 'a')::int",
    ],
    "num": [
        "({num} + {num})", "({num} - {num})", "({num} * {num})", "({num} / {num})", "({num} % {num})",
        "round({num}, 1)", "round({num})", "trunc({num}, 2)", "ceil({num})", "floor({num})", "abs({num})",
        "(-{num})", "({int})::numeric", "extract(epoch FROM {ts})", "extract(month FROM {date})",
        "CASE WHEN {bool} THEN {num} ELSE {num} END", "coalesce({num}, {num})", "least({num}, {num})",
        "({num})::numeric(10,1)", "(m.doc ->> 'price')::numeric", "nullif({num}, {num})",
    ],
    "float": [
        "({float} + {float})", "({float} - {float})", "({float} * {float})", "({float} / {float})",
        "abs({float})", "(-{float})", "floor({float})", "round({float})", "({num})::float8",
        "({int})::float8", "CASE WHEN {bool} THEN {float} END", "coalesce({float}, {float})",
        "sqrt(abs({float}))", "sign({float})",
    ],
    "text": [
        "({text} || {text})", "substring({text} FROM 2 FOR 3)", "left({text}, 3)", "right({text}, -1)",
        "replace({text}, 'e', 'EE')", "({int})::text", "trim({text})", "CASE WHEN {bool} THEN {text} END",
        "coalesce({text}, {text})", "nullif({text}, {text})", "({date})::text", "greatest({text}, {text})",
    ],
    "bool": [
        "({int} < {int})", "({num} >= {num})", "({float} > {float})", "({text} = {text})", "({text} < {text})",
        "({date} <= {date})", "({ts} > {ts})", "({iv} < {iv})", "({bool} AND {bool})", "({bool} OR {bool})",
        "(NOT {bool})", "({int} IS NULL)", "({text} IS NOT DISTINCT FROM {text})", "({num} IS DISTINCT FROM {num})",
        "({text} LIKE '%e%1')", "({text} ~ '^[Tv]')", "({int} IN (1, 2, {int}))", "({num} BETWEEN {num} AND {num})",
        "(({int}, {num}) < ({int}, {num}))", "({bool} IS NOT TRUE)", "({float} = {float})",
    ],
    "date": ["({date} + {int} % 100)", "coalesce({date}, {date})", "({ts})::date", "least({date}, {date})"],
    "ts": ["({ts} + {iv})", "date_trunc('month', {ts})", "({date} + {iv})", "({date})::timestamp"],
    "iv": ["({ts} - {ts})", "({iv} + {iv})", "(-{iv})"],
}  # fmt: skip
AGGREGATES = [
    "count(*)", "count({text})", "count(DISTINCT {int})", "sum({int})", "sum({num})", "avg({num})", "avg({int})",
    "min({num})", "max({text})", "min({ts})", "max({date})", "bool_or({bool})", "sum({float})", "avg({float})",
    "variance({int})", "stddev(m.n)", "sum({num}) FILTER (WHERE {bool})", "string_agg({text}, ',' ORDER BY m.id, e.no)",
    "max({int}) - min({int})", "sum({num}) / count(*)", "round(avg({num}), 2)", "percentile_cont(0.5) WITHIN GROUP (ORDER BY {float})",
]  # fmt: skip
WINDOWS = [
    "row_number() OVER (ORDER BY m.id, e.no)", "rank() OVER (PARTITION BY m.s ORDER BY {int}, m.id)",
    "sum({num}) OVER (PARTITION BY m.s ORDER BY m.id, e.no)", "lag({text}) OVER (ORDER BY m.id, e.no)",
    "avg({int}) OVER (ORDER BY m.id, e.no ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)",
    "count(*) OVER (PARTITION BY {bool})", "first_value({num}) OVER (PARTITION BY m.v ORDER BY m.id, e.no)",
]  # fmt: skip
SOURCES = [
    "m JOIN e ON e.m_id = m.id", "m LEFT JOIN e ON e.m_id = m.id AND {bool}", "e LEFT JOIN m ON e.m_id = m.id",
    "m FULL JOIN e ON e.m_id = m.id", "m JOIN e ON e.m_id = m.id AND e.kind = 'red'",
]  # fmt: skip
CONDITIONS = [
    "{bool}", "{bool} AND {bool}", "m.id IN (SELECT m_id FROM e x WHERE x.amount > 5)",
    "EXISTS (SELECT 1 FROM e x WHERE x.m_id = m.id AND x.no <> e.no)", "e.amount > (SELECT avg(amount) FROM e x)",
    "m.n < (SELECT max(amount) FROM e x WHERE x.m_id = m.id)", "m.id < 40",
]  # fmt: skip


class Queries:
    """Makes queries of one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def query(self) -> str:
        """Returns a SELECT whose order, if it has one, is complete."""
        pick = self._random
        source = self._filled(pick.choice(SOURCES), 1)
        where = f" WHERE {self._filled(pick.choice(CONDITIONS), 2)}" if pick.random() < 0.8 else ""
        kind = pick.random()
        if kind < 0.4:
            return f"SELECT {self._list(3)} FROM {source}{where}"
        if kind < 0.5:
            return (
                f"SELECT {self._list(2)} FROM {source}{where} ORDER BY m.id, e.no LIMIT 9 OFFSET 2"
            )
        if kind < 0.55:
            return f"SELECT DISTINCT {self._expression(pick.choice(['int', 'text', 'date']), 1)} FROM {source}{where}"
        if kind < 0.65:
            return (
                f"SELECT m.id, e.no, {self._filled(pick.choice(WINDOWS), 1)} FROM {source}{where}"
            )
        keys = [
            self._expression(pick.choice(["int", "text", "bool", "date"]), 1)
            for _ in range(pick.choice([0, 1, 1, 2]))
        ]
        calls = [self._filled(pick.choice(AGGREGATES), 1) for _ in range(pick.choice([1, 2, 3]))]
        group = f" GROUP BY {', '.join(map(str, range(1, len(keys) + 1)))}" if keys else ""
        having = " HAVING count(*) > 2" if keys and pick.random() < 0.3 else ""
        return f"SELECT {', '.join([*keys, *calls])} FROM {source}{where}{group}{having}"

    def _list(self, depth: int) -> str:
        types = [self._random.choice(list(COLUMNS)) for _ in range(self._random.choice([1, 2, 3]))]
        return ", ".join(["m.id", "e.no", *(self._expression(one, depth) for one in types)])

    def _expression(self, type_: str, depth: int) -> str:
        pick = self._random
        if depth <= 0 or pick.random() < 0.25:
            return pick.choice(LITERALS[type_] if pick.random() < 0.3 else COLUMNS[type_])
        return self._filled(pick.choice(PATTERNS[type_]), depth - 1)

    def _filled(self, pattern: str, depth: int) -> str:
        while (start := pattern.find("{")) >= 0:
            end = pattern.index("}", start)
            made = self._expression(pattern[start + 1 : end], depth)
            pattern = f"{pattern[:start]}{made}{pattern[end + 1 :]}"
        return pattern

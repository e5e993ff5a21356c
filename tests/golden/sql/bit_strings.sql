SELECT B'101', X'1fA', B'', '101'::bit(3), '10'::varbit, b'0011'::varbit(8), X'', 'xA'::bit(4), 'B01'::varbit;

SELECT B'102';

SELECT X'1G';

SELECT '12'::bit(2);

SELECT 'xyz'::varbit;

SELECT '101'::bit;

SELECT '1'::bit(3), '10101'::bit(3), B'10101'::varbit(3), B'1'::varbit(3), B'101'::bit(5)::varbit;

SELECT 1::bit(0);

SELECT 1::bit(100000000);

SELECT pg_typeof(B'1'), pg_typeof(B'1'::bit(3)), pg_typeof('1'::varbit(3)), format_type(1560, 4), format_type(1562, 4), format_type(1560, -1), format_type(1562, -1);

CREATE TABLE b (id int PRIMARY KEY, a bit(4), v bit varying(6), u bit varying, one bit DEFAULT B'1', list bit(2)[]);

INSERT INTO b VALUES (1, B'1010', B'11', B'0', B'0', '{01,10}'), (2, '0001', '101010', '', DEFAULT, NULL), (3, X'F', X'3', X'FFFF', '1', ARRAY[B'11'::bit(2)]) RETURNING *;

INSERT INTO b (id, a) VALUES (4, B'101');

INSERT INTO b (id, a) VALUES (4, B'10101');

INSERT INTO b (id, v) VALUES (4, B'1010101');

INSERT INTO b (id, v) VALUES (4, '1010101');

INSERT INTO b (id, a, v) VALUES (4, B'101'::bit(4), B'1010101'::varbit(6)) RETURNING a, v;

SELECT id, a, v, u, one, list FROM b ORDER BY a DESC NULLS LAST, id;

SELECT id, u FROM b ORDER BY u, id;

SELECT id FROM b WHERE a = B'1010' OR v > B'11' ORDER BY id;

SELECT id FROM b WHERE a BETWEEN '0001' AND '1010' ORDER BY id;

SELECT B'1' < B'10', B'01' < B'1', B'1' = B'10', B'0' < B'00', B'11' > B'101', B'1'::varbit = B'1';

SELECT B'1100' & B'1010', B'1100' | B'1010', B'1100' # B'1010', ~ B'1100', B'1100' << 1, B'1100' >> 2, B'1100' << -1, B'1100' >> 9, B'1100' << 9, B'11' || B'00', B'' || B'1';

SELECT B'11' & B'1';

SELECT B'11' | B'1';

SELECT B'11' # B'1';

SELECT length(B'10101'), octet_length(B'101010101'), bit_length(B'101'), bit_count(B'10110'), length(B''), octet_length(B'');

SELECT substring(B'110010' FROM 2 FOR 3), substring(B'110010' FROM 4), substring(B'110010' FROM 0 FOR 3), substring(B'110010' FROM -1), substring(B'110010' FROM 9), substring(B'110010', 2, 100);

SELECT substring(B'110010' FROM 2 FOR -1);

SELECT overlay(B'0101011100' PLACING B'001' FROM 2 FOR 3), overlay(B'0101011100' PLACING B'101' FROM 6), overlay(B'0101011100' PLACING B'001' FROM 11), overlay(B'0101011100' PLACING B'001' FROM 20);

SELECT overlay(B'0101' PLACING B'1' FROM 0);

SELECT position(B'10' IN B'00110'), position(B'1' IN B'000'), position(B'' IN B'00001010'), position(B'0' IN B''), position(B'' IN B''), position(B'1010' IN B'0000101');

SELECT get_bit(B'0110', 1), get_bit(B'0110', 3), set_bit(B'0110', 0, 1), set_bit(B'0110', 2, 0);

SELECT get_bit(B'0110', 4);

SELECT get_bit(B'0110', -1);

SELECT set_bit(B'0110', 4, 1);

SELECT set_bit(B'0110', 1, 2);

SELECT 44::bit(10), 44::bit(3), (-44)::bit(12), (-44)::bit(40), 44::bit, 5::bigint::bit(4), (-1)::bigint::bit(70), B'1110'::int, B'1'::bigint, X'FFFFFFFF'::int, X'FFFFFFFFFFFFFFFF'::bigint, B''::int;

SELECT B'111111111111111111111111111111111'::int;

SELECT 44::varbit;

SELECT B'1'::text, B'1' || 'x'::text, '101'::text::bit(3), '101'::text::varbit;

SELECT B'1'::boolean;

SELECT bit_and(a), bit_or(a), bit_xor(a), count(DISTINCT a) FROM b;

SELECT bit_and(v) FROM b;

SELECT bit_and(a) FROM b WHERE false;

SELECT a, count(*) FROM b GROUP BY a ORDER BY a NULLS FIRST;

SELECT max(a) FROM b;

CREATE INDEX b_a ON b (a, v DESC);

CREATE UNIQUE INDEX b_u ON b (u);

INSERT INTO b (id, u) VALUES (9, B'0');

SELECT id FROM b WHERE a = B'1010' AND v = B'11';

UPDATE b SET a = a << 1, u = u || B'1' WHERE id < 3 RETURNING id, a, u;

ALTER TABLE b ALTER COLUMN v TYPE bit varying(8);

ALTER TABLE b ALTER COLUMN a TYPE bit(5);

ALTER TABLE b ALTER COLUMN a TYPE bit(5) USING a::bit(5);

SELECT a FROM b ORDER BY id;

SELECT DISTINCT one FROM b ORDER BY one;

SELECT x.id, y.id FROM b x JOIN b y ON x.one = y.one AND x.id < y.id ORDER BY 1, 2;

SELECT array_agg(a ORDER BY id), ARRAY[B'1', B'01'], list[1] FROM b GROUP BY list ORDER BY list NULLS FIRST;

SELECT to_json(B'101'), row_to_json(r) FROM (SELECT B'1' AS x) r;

SELECT column_name, data_type, character_maximum_length, udt_name FROM information_schema.columns WHERE table_name = 'b' ORDER BY ordinal_position;

SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'b'::regclass AND attnum > 0 ORDER BY attnum;

SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'b'::regclass;

CREATE VIEW bv AS SELECT id, a & B'00001' AS low FROM b;

SELECT * FROM bv ORDER BY id;

SELECT '1'::bit(2) IS NULL, NULL::bit(3), COALESCE(NULL, B'1'), CASE WHEN true THEN B'10' ELSE B'1' END;

SELECT B'1' = 1;

SELECT B'10' LIKE '1%';

CREATE TABLE t (a int PRIMARY KEY, b text, c numeric(5,2), d timestamptz, e int[], j jsonb, f float8, v varchar(10), ok bool DEFAULT true, CONSTRAINT x CHECK (a > 0));

INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

INSERT INTO t VALUES (1);

INSERT INTO t (a,b) VALUES (1,'x'),(2,DEFAULT),(3,NULL);

INSERT INTO t (a,b) VALUES (1);

INSERT INTO t (a) VALUES (1,2);

INSERT INTO t VALUES (1,2,3,4,5,6,7,8,9,10);

INSERT INTO t (a,b) VALUES ((1,2));

INSERT INTO t (a,b) VALUES (1,2),(3);

INSERT INTO t (a,nope) VALUES (1,2);

INSERT INTO t (a,a) VALUES (1,2);

INSERT INTO t (a,ctid) VALUES (1,2);

INSERT INTO nope VALUES (1);

INSERT INTO t (a) VALUES ('x');

INSERT INTO t (a) VALUES (true);

INSERT INTO t (a) VALUES (1.5);

INSERT INTO t (a,c) VALUES (1::bigint, 5);

INSERT INTO t (a,d) VALUES (1, 5);

INSERT INTO t (a,d) VALUES (1, 'nope');

INSERT INTO t (a,b) VALUES (1, b);

INSERT INTO t (a,b) VALUES (1, sum(1));

INSERT INTO t (a,b) VALUES (1, generate_series(1,2));

INSERT INTO t (a,ok) VALUES (1, 1);

INSERT INTO t (a,v) VALUES (1, 12345);

INSERT INTO t (a,b) SELECT a, b FROM t;

INSERT INTO t (a,b) SELECT 1, 'x';

INSERT INTO t (a,d) SELECT 1, '2024-01-01';

INSERT INTO t (a,d) SELECT DISTINCT 1, '2024-01-01';

INSERT INTO t (a,d) SELECT 1, 'nope';

INSERT INTO t (a) SELECT b FROM t;

INSERT INTO t (a) SELECT a, b FROM t;

INSERT INTO t (a,b) SELECT a FROM t;

INSERT INTO t SELECT * FROM t;

INSERT INTO t DEFAULT VALUES;

INSERT INTO t (a) VALUES (DEFAULT);

-- unordered
INSERT INTO t (a) VALUES (1) RETURNING *;

-- unordered
INSERT INTO t (a) VALUES (1) RETURNING a, a+1, b AS x, 'lit', t.a;

-- unordered
INSERT INTO t (a) VALUES (1) RETURNING nope;

-- unordered
INSERT INTO t (a) VALUES (1) RETURNING sum(a);

-- unordered
INSERT INTO t (a) VALUES (1) RETURNING generate_series(1,2);

-- unordered
INSERT INTO t AS x (a) VALUES (1) RETURNING x.a;

-- unordered
INSERT INTO t AS x (a) VALUES (1) RETURNING t.a;

INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO NOTHING;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

INSERT INTO t (a) VALUES (1) ON CONFLICT (nope) DO NOTHING;

INSERT INTO t (a) VALUES (1) ON CONFLICT DO UPDATE SET b = 'x';

INSERT INTO t (a) VALUES (1) ON CONFLICT ON CONSTRAINT t_pkey DO NOTHING;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

INSERT INTO t (a) VALUES (1) ON CONFLICT ON CONSTRAINT nope DO NOTHING;

-- unordered
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = excluded.b, c = t.c + 1 WHERE t.a > 1 RETURNING *;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = b;

INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = excluded.nope;

INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET nope = 1;

INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 'x';

INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET (b, c) = ('x', 1);

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = sum(1);

INSERT INTO t (a) VALUES (1) ON CONFLICT (a DESC) DO NOTHING;

-- unordered
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 'x' RETURNING excluded.a;

UPDATE t SET b = 'x';

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

UPDATE t SET b = 1;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

UPDATE t SET a = b;

UPDATE t SET a = 'x';

UPDATE t SET nope = 1;

UPDATE t SET t.a = 1;

UPDATE t SET a = 1, a = 2;

UPDATE t SET (a, b) = (1, 'x');

UPDATE t SET (a, b) = ROW(1, DEFAULT);

UPDATE t SET (a, b) = (1, 2, 3);

UPDATE t SET (a, b) = 1;

UPDATE t SET (a) = (1);

UPDATE t x SET b = x.b WHERE x.a = 1;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

UPDATE t x SET b = t.b;

UPDATE t SET b = (SELECT 'x');

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

UPDATE t SET b = sum(a);

UPDATE t SET b = generate_series(1,2);

UPDATE t SET b = 'x' WHERE sum(a) > 1;

UPDATE t SET b = 'x' WHERE a;

UPDATE t SET ctid = '(0,1)';

UPDATE nope SET a = 1;

-- unordered
UPDATE t SET b = 'x' RETURNING a AS z, t.*;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

DELETE FROM t;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

DELETE FROM t WHERE a = 1;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

DELETE FROM t WHERE b;

DELETE FROM t x WHERE x.a = 1;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

DELETE FROM t x WHERE t.a = 1;

DELETE FROM nope;

DELETE FROM t WHERE nope = 1;

WITH w AS (SELECT 1 x) INSERT INTO t (a) SELECT x FROM w;

UPDATE t SET b = 'x' FROM nope WHERE true;

INSERT INTO t (a, c) SELECT b, c FROM t;

INSERT INTO t (a, b) VALUES (1, (SELECT 'x')), ((SELECT max(a) FROM t), 'y');

INSERT INTO t (a, b) VALUES (1, 2), ('3', '4'), (5.5, NULL);

INSERT INTO t (a, v) VALUES (1, 'longer than ten characters');

INSERT INTO t (a, c) VALUES (1, 123456);

INSERT INTO t (a, e) VALUES (1, ARRAY['1','2']), (2, '{3}'), (3, ARRAY[1.5]);

INSERT INTO t (a, e) VALUES (1, ARRAY['x']);

INSERT INTO t (a, e) VALUES (1, '{x}');

INSERT INTO t (a, e) VALUES (1, 5);

INSERT INTO t (a, j) VALUES (1, '{bad');

INSERT INTO t (a, j) VALUES (1, 5);

INSERT INTO t (a, j) VALUES (1, '5'::json);

INSERT INTO t (a, d) VALUES (1, date '2024-01-01'), (2, timestamp '2024-01-01');

INSERT INTO t (a, d) VALUES (1, time '10:00');

INSERT INTO t (a, ok) VALUES (1, 'yes'), (2, 'x');

INSERT INTO t (a, ok) VALUES (1, 1::bool);

INSERT INTO t (t.a) VALUES (1);

INSERT INTO t (a.b) VALUES (1);

-- unordered
INSERT INTO t (a) VALUES (1) RETURNING (SELECT max(a) FROM t), t.*, upper(b) AS "U";

INSERT INTO t SELECT;

INSERT INTO t (a) SELECT * FROM generate_series(1, 3);

INSERT INTO t (a) SELECT generate_series(1, 3) ORDER BY 1 DESC LIMIT 2;

INSERT INTO t (a) VALUES (generate_series(1, 3));

INSERT INTO t (a) VALUES (generate_series(1, 3)), (5);

INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = excluded.a + t.a, b = COALESCE(excluded.b, t.b) WHERE excluded.a > t.a;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET (b, c) = (excluded.b, DEFAULT);

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 'x' WHERE b = 'y';

INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = nope;

INSERT INTO t AS x (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = x.b;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

INSERT INTO t AS x (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = t.b;

INSERT INTO t (a) VALUES (1) ON CONFLICT (lower(nope)) DO NOTHING;

UPDATE t SET a = DEFAULT, ok = DEFAULT;

UPDATE t SET b = NULL, c = NULL WHERE a IS NULL;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

UPDATE t SET c = c * 1.1, d = d + interval '1 day', e = e || 1, j = j || '{"x":1}', f = f + 1, v = v || 'x', ok = NOT ok;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

UPDATE t SET c = 'x';

UPDATE t SET e = '{x}';

UPDATE t SET d = 5;

UPDATE t SET ok = 1;

UPDATE t SET b = a;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

UPDATE t SET a = f;

UPDATE t SET a = c, f = a, c = f;

UPDATE t SET v = a;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

UPDATE t SET b = (SELECT max(b) FROM t) WHERE a IN (SELECT a FROM t);

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

-- unordered
UPDATE t SET b = 'x' WHERE a = 1 RETURNING a AS old, b || 'y', *;

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

UPDATE ONLY t SET b = 'x';

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

DELETE FROM t WHERE a = (SELECT min(a) FROM t);

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

DELETE FROM t WHERE count(*) > 1;

-- unordered
DELETE FROM t RETURNING nope;

WITH w AS (SELECT a FROM t) UPDATE t SET b = 'x' WHERE a IN (SELECT a FROM w);

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

WITH w AS (SELECT a FROM t) DELETE FROM t WHERE a IN (SELECT a FROM w);

SELECT * FROM t ORDER BY a;

DELETE FROM t; INSERT INTO t VALUES (1, 'x', 1.50, '2024-01-01 10:00+00', '{1,2,3}', '{"a": {"b": [1, 2]}, "k": "v"}', 1.5, 'v', true), (2, 'xy', 2.25, '2024-02-29 12:30+02', '{}', '[1, "two", null]', -2.5, 'x', false), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zebra', -3, '2000-01-01 00:00+00', '{4}', '5', 'NaN', 'vv', true), (5, 'x', 100.00, '2024-01-01 10:00+00', '{NULL,7}', '"str"', 0, 'x', NULL);

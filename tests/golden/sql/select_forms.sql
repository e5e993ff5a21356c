CREATE TABLE sel (a int PRIMARY KEY, b text, c numeric, d date, e float8);

INSERT INTO sel VALUES (1, 'one', 1.50, '2024-01-01', 0.5), (2, 'two', NULL, '2023-12-31', 'NaN'), (3, 'Three', -3.10, NULL, '-Infinity'), (4, NULL, 1.5, '0044-03-15 BC', -0.0), (5, 'five', 1.500, 'infinity', 0), (6, '', 100, '2024-01-01', 'Infinity');

SELECT * FROM sel ORDER BY e, a;

SELECT * FROM sel ORDER BY c DESC, a;

SELECT * FROM sel ORDER BY d NULLS FIRST, a DESC;

SELECT b FROM sel ORDER BY b;

SELECT b FROM sel ORDER BY lower(b) DESC NULLS LAST;

SELECT DISTINCT c FROM sel ORDER BY c;

SELECT DISTINCT ON (c) c, a FROM sel ORDER BY c, a DESC;

SELECT DISTINCT ON (c) c, a FROM sel ORDER BY a;

SELECT DISTINCT a FROM sel ORDER BY b;

SELECT a AS x FROM sel ORDER BY x DESC LIMIT 2;

SELECT a AS x FROM sel WHERE x = 1;

SELECT a AS x FROM sel ORDER BY x + 1;

SELECT a AS b, b AS a FROM sel ORDER BY a, b;

SELECT a, b FROM sel ORDER BY 3;

SELECT a, b FROM sel ORDER BY 'x';

SELECT a FROM sel ORDER BY a OFFSET 2 ROWS FETCH FIRST 2 ROWS ONLY;

SELECT a FROM sel ORDER BY a FETCH FIRST ROW ONLY;

SELECT c FROM sel ORDER BY c FETCH FIRST 2 ROWS WITH TIES;

SELECT a FROM sel ORDER BY a LIMIT NULL OFFSET NULL;

SELECT a FROM sel LIMIT -1;

SELECT a FROM sel OFFSET -1;

SELECT a FROM sel LIMIT 'x';

SELECT a FROM sel ORDER BY a LIMIT 1.5;

SELECT a FROM sel ORDER BY a LIMIT 0;

SELECT a FROM sel LIMIT a;

SELECT sel::text FROM sel WHERE a = 1;

SELECT sel.* FROM sel WHERE a = 1;

SELECT (sel).a, (sel).b FROM sel WHERE a = 2;

SELECT s.* FROM sel AS s (x, y) WHERE x = 1;

SELECT nope.* FROM sel;

SELECT x.a FROM sel;

SELECT a a, a b, a "c d" FROM sel WHERE a = 1;

SELECT 1 FROM sel WHERE b = NULL;

SELECT a FROM sel WHERE b IS NOT DISTINCT FROM NULL;

SELECT a, b IS DISTINCT FROM 'one' AS differs FROM sel ORDER BY a;

SELECT a FROM sel WHERE c = 1.5 ORDER BY a;

SELECT a FROM sel WHERE e = 0 ORDER BY a;

SELECT a FROM sel WHERE e = 'NaN';

SELECT a FROM sel WHERE e > 1e308 ORDER BY a;

SELECT a FROM sel WHERE d < '2024-01-01' ORDER BY a;

SELECT a FROM sel WHERE d = '2024-13-01';

SELECT a, d - date '2024-01-01' AS days FROM sel WHERE a < 3 ORDER BY a;

SELECT d - date '2024-01-01' FROM sel WHERE a = 5;

SELECT a FROM sel WHERE a IN (1, 2, NULL) ORDER BY a;

SELECT a FROM sel WHERE a NOT IN (1, 2, NULL);

SELECT a FROM sel WHERE a NOT IN (1, 2) ORDER BY a;

SELECT a FROM sel WHERE a IN (1, 'x');

SELECT a FROM sel WHERE a <> ALL (ARRAY[1, 2, 3]) ORDER BY a;

SELECT a FROM sel WHERE a > ANY ('{4,5}') ORDER BY a;

SELECT a FROM sel WHERE (a, b) > (2, 'two') ORDER BY a;

SELECT a FROM sel WHERE (a, b) = (1, 'one', 3);

SELECT a FROM sel WHERE ROW(a, b) IS NULL;

SELECT a FROM sel WHERE NOT (b LIKE 't%') ORDER BY a;

SELECT a FROM sel WHERE b ILIKE 't%' ORDER BY a;

SELECT a FROM sel WHERE b SIMILAR TO '(t|o)%' ORDER BY a;

SELECT a FROM sel WHERE b ~* '^T' ORDER BY a;

SELECT 'x' ~ '(';

SELECT a FROM sel WHERE b BETWEEN SYMMETRIC 'two' AND 'five' ORDER BY a;

SELECT a FROM sel WHERE EXISTS (SELECT 1) ORDER BY a LIMIT 1;

SELECT (SELECT max(a) FROM sel), ARRAY(SELECT a FROM sel ORDER BY a DESC);

SELECT (SELECT a FROM sel);

SELECT (SELECT a, b FROM sel);

SELECT a FROM sel WHERE a = (SELECT max(a) FROM sel);

SELECT a FROM sel WHERE a IN (SELECT g FROM generate_series(2, 3) g) ORDER BY a;

SELECT;

SELECT FROM sel WHERE a < 3;

SELECT *;

SELECT a.* FROM (SELECT 1 AS x, 2 AS y) a;

SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v (n, t) ORDER BY n DESC;

SELECT * FROM (VALUES (1, 'a'), (2)) v;

VALUES (1, 'x'), (2, NULL) ORDER BY 1 DESC;

VALUES (1), ('x');

VALUES (1), (2.5), ('3') ORDER BY 1;

TABLE sel ORDER BY a LIMIT 1;

SELECT * FROM generate_series(1, 3) WITH ORDINALITY;

SELECT * FROM generate_series(3, 1);

SELECT * FROM generate_series(1, 3, 0);

SELECT * FROM generate_series('2024-01-30'::timestamp, '2024-03-01', '1 month') AS t;

SELECT generate_series(1, 2), generate_series(1, 3);

SELECT unnest(ARRAY[1, 2]), 'x';

SELECT * FROM unnest('{a,b}'::text[]) WITH ORDINALITY AS u (v, n);

SELECT * FROM sel FOR UPDATE SKIP LOCKED LIMIT 0;

SELECT count(*) FROM sel FOR UPDATE;

SELECT a FROM sel WHERE a = 1 FOR NO KEY UPDATE;

SELECT a FROM sel WHERE a = 1 FOR SHARE OF nope;

SELECT a FROM sel GROUP BY a HAVING a > 4 ORDER BY a;

SELECT a INTO other FROM sel WHERE false;

SELECT 1 WHERE 'x';

SELECT a FROM sel WHERE count(*) > 1;

SELECT a FROM sel WHERE a;

SELECT max(a), b FROM sel;

SELECT max(max(a)) FROM sel;

SELECT nope(a) FROM sel;

SELECT max(a, b) FROM sel;

SELECT a FROM sel ORDER BY nope;

SELECT a FROM "Sel";

SELECT a FROM public.sel WHERE public.sel.a = 1;

SELECT a FROM other_schema.sel;

SELECT a FROM terrascale.public.sel WHERE a = 1;

CREATE TABLE upd (k text, n int, v int, t text, j jsonb, a int[], PRIMARY KEY (k, n));

INSERT INTO upd SELECT chr(97 + g % 3), g, g * 10, 'row ' || g, jsonb_build_object('g', g, 'tags', jsonb_build_array(g)), ARRAY[g, g + 1] FROM generate_series(1, 9) g;

UPDATE upd SET v = v + 1 WHERE k = 'a' RETURNING k, n, v;

UPDATE upd SET v = v + 1, v = 3;

UPDATE upd SET (v, t) = (n * 2, k || n) WHERE k = 'b' AND n > 2 RETURNING *;

UPDATE upd SET (v, t) = (SELECT 7, 'seven') WHERE n = 1 RETURNING v, t;

UPDATE upd SET (v, t) = (1, 2, 3);

UPDATE upd SET v = DEFAULT WHERE n = 2 RETURNING v;

UPDATE upd SET v = NULL WHERE n = 3 RETURNING v IS NULL;

UPDATE upd SET nope = 1;

UPDATE upd SET v = nope;

UPDATE upd SET v = 'x';

UPDATE upd SET v = 1.5 WHERE n = 4 RETURNING v;

UPDATE upd SET v = true;

UPDATE upd SET t = 5 WHERE n = 5 RETURNING t;

UPDATE upd SET k = NULL WHERE n = 5;

UPDATE upd SET n = n + 100 WHERE k = 'c' RETURNING k, n;

UPDATE upd SET n = 1 WHERE k = 'a';

UPDATE upd SET n = 3 WHERE k = 'a' AND n = 6;

UPDATE upd AS u SET t = u.t || '!' WHERE u.k = 'a' AND u.n BETWEEN 4 AND 7 RETURNING u.t;

UPDATE upd AS u SET t = 'x' WHERE upd.n = 1;

UPDATE upd SET j = jsonb_set(j, '{tags,0}', '"first"') WHERE n = 7 RETURNING j;

UPDATE upd SET j['deep']['er'] = '5' WHERE n = 7 RETURNING j;

UPDATE upd SET a[1] = 99, a[4] = 4 WHERE n = 7 RETURNING a;

UPDATE upd SET a[1:2] = '{8,9}' WHERE n = 1 RETURNING a;

UPDATE upd SET j = j - 'tags' || '{"new": null}' WHERE j ? 'tags' AND n < 3 RETURNING j;

UPDATE upd SET v = v WHERE false RETURNING v;

UPDATE upd SET v = 1 / (n - n) WHERE n = 1;

-- unordered
UPDATE upd SET v = CASE WHEN n < 5 THEN 1 ELSE 2 END WHERE k IN ('a', 'b') RETURNING n, v;

UPDATE upd SET v = 2147483647 WHERE n = 1;

UPDATE upd SET v = v + 1 WHERE n = 1;

UPDATE upd SET v = (SELECT max(x) FROM generate_series(1, 3) x) WHERE n = 1 RETURNING v;

DELETE FROM upd WHERE k = 'b' AND n = 4 RETURNING *;

DELETE FROM upd WHERE n = ANY ('{1,2}') RETURNING n;

DELETE FROM upd AS d WHERE d.v IS NULL RETURNING d.n, d.v;

DELETE FROM upd WHERE nope = 1;

DELETE FROM upd WHERE j @> '{"g": 7}' RETURNING j ->> 'g';

DELETE FROM upd WHERE t LIKE 'row%' AND n > 100 RETURNING n;

DELETE FROM upd WHERE 1;

SELECT k, n, v, t FROM upd ORDER BY k, n;

DELETE FROM upd WHERE (k, n) = ('a', 3);

DELETE FROM upd WHERE (k, n) IN (('a', 6), ('b', 1), ('z', 9)) RETURNING k, n;

DELETE FROM upd;

SELECT count(*) FROM upd;

TRUNCATE upd, nowhere;

TRUNCATE upd;

DELETE FROM upd WHERE k = 'a' RETURNING count(*);

UPDATE upd SET v = count(*);

UPDATE upd SET v = generate_series(1, 3);

DELETE FROM nowhere;

UPDATE nowhere SET a = 1;

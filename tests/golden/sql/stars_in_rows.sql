-- t.* and (record).* in VALUES, in ROW(…) and in the SET list.
CREATE TABLE t (id int PRIMARY KEY, a text);
INSERT INTO t VALUES (1, 'x'), (2, NULL);
CREATE TYPE pair AS (x int, y text);
CREATE TABLE p (id int PRIMARY KEY, q pair);
INSERT INTO p VALUES (1, '(5,five)');
CREATE TABLE nothing ();
INSERT INTO nothing DEFAULT VALUES

SELECT * FROM t, LATERAL (VALUES (t.*)) v ORDER BY id

SELECT * FROM t, LATERAL (VALUES (t.*, 3), (7, 'seven', 4)) v ORDER BY id, 3

SELECT * FROM t, LATERAL (VALUES (t.*), (1)) v

SELECT * FROM p, LATERAL (VALUES ((p.q).*)) v

SELECT * FROM nothing n, LATERAL (VALUES (n.*)) v

SELECT count(*) FROM nothing n, LATERAL (VALUES (n.*), (n.*)) v

SELECT ROW(t.*), ROW(t.*, 1) FROM t ORDER BY id

SELECT ROW((p.q).*), ROW(0, (p.q).*) FROM p

VALUES (*)

SELECT ROW(*) FROM t ORDER BY 1

SELECT t.id IN (t.*) FROM t

UPDATE t SET (id, a) = ROW(v.*) FROM (VALUES (1, 'changed')) v(i, j) WHERE t.id = v.i RETURNING t.*

UPDATE t SET (id, a) = (v.*) FROM (VALUES (1, 'changed')) v(i, j) WHERE t.id = v.i RETURNING t.*

UPDATE t SET (id, a) = ROW(v.*, 1) FROM (VALUES (1, 'changed')) v(i, j) WHERE t.id = v.i

UPDATE t SET (id, a) = ROW((p.q).*) FROM p WHERE t.id = 2 RETURNING t.*

UPDATE t SET (a, id) = (DEFAULT, 3) WHERE id = 5 RETURNING t.*

UPDATE t SET (a, id) = (SELECT 'sub', 9), (a) = ROW('again') WHERE id = 3

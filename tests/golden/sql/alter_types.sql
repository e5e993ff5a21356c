CREATE TABLE t (a int PRIMARY KEY, b text DEFAULT '5', c varchar(5) UNIQUE, d int CHECK (d > 0) DEFAULT 1, e numeric(6,2), f timestamp);

INSERT INTO t VALUES (1, '10', 'one', 1, 1.25, '2020-01-01 10:00:00.123456'), (2, '20', 'two', 2, 2.5, NULL);

ALTER TABLE t ALTER b TYPE int;

ALTER TABLE t ALTER b TYPE int USING b::int;

ALTER TABLE t ALTER b TYPE int USING b || 'x';

ALTER TABLE t ALTER b TYPE int USING now();

ALTER TABLE t ALTER b TYPE int USING (SELECT 1);

ALTER TABLE t ALTER b TYPE int USING count(*);

ALTER TABLE t ALTER b TYPE int USING nope + 1;

ALTER TABLE t ALTER b TYPE nosuchtype;

ALTER TABLE t ALTER nope TYPE int;

ALTER TABLE t ALTER ctid TYPE int;

ALTER TABLE t ALTER b DROP DEFAULT, ALTER b TYPE int USING b::int * 2;

SELECT * FROM t ORDER BY a;

ALTER TABLE t ALTER b TYPE bigint, ALTER b TYPE int;

ALTER TABLE t ALTER c TYPE text, ALTER d TYPE bigint, ALTER e TYPE numeric(8,2), ALTER f TYPE date;

SELECT * FROM t ORDER BY a;

INSERT INTO t (a, c) VALUES (3, 'one');

INSERT INTO t (a, c) VALUES (3, 'longer than five') RETURNING *;

INSERT INTO t (a, d) VALUES (4, 0);

ALTER TABLE t ALTER c TYPE varchar(3);

ALTER TABLE t ALTER c TYPE varchar(3) USING substr(c, 1, 3);

SELECT c FROM t ORDER BY a;

ALTER TABLE t ALTER c TYPE varchar(2) USING substr(c, 2, 1);

ALTER TABLE t ALTER e TYPE numeric(3,2), ALTER e SET DEFAULT 0.5;

SELECT e FROM t ORDER BY a;

ALTER TABLE t ALTER e TYPE numeric(2,2);

ALTER TABLE t ALTER d TYPE text;

ALTER TABLE t ALTER a TYPE text;

SELECT a FROM t WHERE a = '2';

INSERT INTO t (a) VALUES ('2');

INSERT INTO t (a) VALUES ('10');

SELECT a FROM t ORDER BY a;

ALTER TABLE t ALTER a TYPE int USING (length(a));

ALTER TABLE t ALTER a TYPE int USING (a::int + 1);

SELECT a FROM t WHERE a > 2 ORDER BY a;

CREATE INDEX t_expr ON t ((d + 1)) WHERE d > 0;

ALTER TABLE t ALTER d TYPE int;

SELECT a, d FROM t WHERE d + 1 = 2 AND d > 0 ORDER BY a;

CREATE INDEX t_length ON t (length(c));

DROP INDEX t_length;

ALTER TABLE t DROP CONSTRAINT t_c_key;

ALTER TABLE t ALTER c TYPE json USING to_json(c);

SELECT c FROM t ORDER BY a;

ALTER TABLE t ALTER c SET DATA TYPE jsonb;

SELECT c FROM t ORDER BY a;

CREATE INDEX ON t (c);

ALTER TABLE t ALTER c TYPE json;

CREATE TABLE defaults (a int DEFAULT 5, b text DEFAULT 'x' || 'y', c int DEFAULT 7, d serial, e varchar(10) DEFAULT 'v', f boolean DEFAULT true);

ALTER TABLE defaults ALTER a TYPE text, ALTER b TYPE varchar(3), ALTER c TYPE numeric(5,1), ALTER d TYPE bigint, ALTER e TYPE text;

INSERT INTO defaults DEFAULT VALUES RETURNING *;

ALTER TABLE defaults ALTER f TYPE int USING f::int;

ALTER TABLE defaults ALTER f DROP DEFAULT, ALTER f TYPE int USING f::int, ALTER f SET DEFAULT 3;

INSERT INTO defaults DEFAULT VALUES RETURNING *;

ALTER TABLE defaults ADD g int DEFAULT 1, ALTER a TYPE int USING a::int, DROP b, ADD CHECK (a > c);

ALTER TABLE defaults ADD g int DEFAULT 1, ALTER a TYPE int USING a::int, DROP b, ADD CHECK (a < c);

SELECT * FROM defaults ORDER BY d;

CREATE TABLE u (a timestamptz, b time, c interval, d char(3), e text[], f bytea, g uuid);

INSERT INTO u VALUES ('2020-06-01 12:00:00+00', '10:00', '1 day', 'ab', '{1,2}', '\x0102', '00000000-0000-0000-0000-000000000001');

SET timezone = 'Europe/Berlin';

ALTER TABLE u ALTER a TYPE timestamp, ALTER b TYPE interval, ALTER c TYPE text, ALTER d TYPE text, ALTER e TYPE int[] USING e::int[], ALTER f TYPE text USING encode(f, 'hex'), ALTER g TYPE text;

SELECT *, length(d) FROM u;

ALTER TABLE u ALTER a TYPE timestamptz USING a AT TIME ZONE 'UTC', ALTER d TYPE char(5), ALTER e TYPE text[], ALTER g TYPE uuid USING g::uuid;

SELECT a, d, e, g FROM u;

CREATE TABLE many (a int PRIMARY KEY, b int);

INSERT INTO many SELECT g, g % 10 FROM generate_series(1, 3000) g;

CREATE INDEX many_b ON many (b);

ALTER TABLE many ALTER b TYPE text, ALTER a TYPE bigint;

SELECT count(*), min(a), max(a) FROM many WHERE b = '3';

BEGIN;

ALTER TABLE many ALTER b TYPE int USING b::int, ADD c int DEFAULT 2;

SELECT count(*), sum(b), sum(c) FROM many WHERE b = 3;

ALTER TABLE many ADD UNIQUE (b);

ROLLBACK;

SELECT count(*) FROM many WHERE b = '3';

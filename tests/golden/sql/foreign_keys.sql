CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE, note text, a int, b int, UNIQUE (a, b));

CREATE TABLE c (id int PRIMARY KEY, pid int REFERENCES p);

INSERT INTO c VALUES (1, 1);

INSERT INTO c VALUES (1, NULL);

INSERT INTO p VALUES (1, 'one', 'n', 1, 1), (2, 'two', 'n', 1, 2), (3, 'three', 'n', NULL, 3);

INSERT INTO c VALUES (2, 1), (3, 2) RETURNING *;

INSERT INTO c VALUES (4, 1), (5, 99), (6, 2);

-- a duplicate is found before the statement's end
INSERT INTO c VALUES (4, 1), (5, 1), (2, 1);

UPDATE c SET pid = 99 WHERE id = 2;

UPDATE c SET pid = 2 WHERE id = 2;

UPDATE c SET id = 20 WHERE id = 2;

SELECT * FROM c ORDER BY id;

DELETE FROM p WHERE id = 1;

DELETE FROM p WHERE id = 2;

DELETE FROM p;

UPDATE p SET id = 22 WHERE id = 2;

UPDATE p SET id = 2, note = 'same key' WHERE id = 2;

UPDATE p SET note = 'x' WHERE id = 2 RETURNING id, note;

UPDATE p SET id = id + 100 WHERE id = 3;

SELECT id, code, note FROM p ORDER BY id;

TRUNCATE p;

TRUNCATE p, c;

INSERT INTO p VALUES (1, 'one', 'n', 1, 1), (2, 'two', 'n', 1, 2);

INSERT INTO c VALUES (1, 1);

TRUNCATE p CASCADE;

SELECT count(*) FROM c;

DROP TABLE p;

DROP TABLE p CASCADE;

INSERT INTO c VALUES (1, 12345);

DROP TABLE c;

-- what is refused in a definition
CREATE TABLE p (id int PRIMARY KEY, code varchar(10) UNIQUE, a int, b int, c int, UNIQUE (a, b));

CREATE TABLE nokey (x int);

CREATE TABLE c (pid int REFERENCES missing);

CREATE TABLE c (pid int REFERENCES other.missing);

CREATE TABLE c (pid int REFERENCES nokey);

CREATE TABLE c (pid int REFERENCES nokey (x));

CREATE TABLE c (pid int REFERENCES p (nothing));

CREATE TABLE c (pid int, FOREIGN KEY (nothing) REFERENCES p);

CREATE TABLE c (pid int REFERENCES p (c));

CREATE TABLE c (pid int, q int, FOREIGN KEY (pid, q) REFERENCES p);

CREATE TABLE c (pid int, q int, FOREIGN KEY (pid, q) REFERENCES p (a, a));

CREATE TABLE c (pid int, q int, FOREIGN KEY (pid) REFERENCES p (a));

CREATE TABLE c (pid text REFERENCES p);

CREATE TABLE c (pid numeric REFERENCES p);

CREATE TABLE c (pid int REFERENCES p (code));

CREATE TABLE c (pid int, q int, FOREIGN KEY (pid) REFERENCES p ON DELETE SET NULL (q));

CREATE TABLE c (pid int REFERENCES p MATCH PARTIAL);

CREATE TABLE c (pid int CONSTRAINT k REFERENCES p, q int CONSTRAINT k REFERENCES p);

CREATE TABLE c (pid int REFERENCES p NOT DEFERRABLE INITIALLY DEFERRED);

CREATE TABLE c (pid int REFERENCES p DEFERRABLE NOT DEFERRABLE);

CREATE TABLE c (pid int DEFERRABLE);

CREATE TABLE c (pid int NOT NULL INITIALLY DEFERRED);

CREATE TABLE c (pid int REFERENCES p INITIALLY DEFERRED INITIALLY IMMEDIATE);

-- names that are made up
CREATE TABLE c (a int REFERENCES p, b int REFERENCES p (id) REFERENCES p, x int, y int, FOREIGN KEY (x, y) REFERENCES p (b, a), FOREIGN KEY (x, y) REFERENCES p (a, b));

INSERT INTO p VALUES (1, 'one', 1, 2, 3);

INSERT INTO c VALUES (2, 1, 2, 1);

INSERT INTO c VALUES (1, 2, 2, 1);

INSERT INTO c VALUES (1, 1, 1, 2);

INSERT INTO c VALUES (1, 1, 2, 1);

INSERT INTO c VALUES (1, 1, NULL, 2);

DROP TABLE c;

-- columns in another order
CREATE TABLE two (a int, b text, c date, PRIMARY KEY (a, b, c));

CREATE TABLE refs (z date, y text, x int, FOREIGN KEY (y, z, x) REFERENCES two (b, c, a));

INSERT INTO two VALUES (1, 'b', '2020-01-01');

INSERT INTO refs VALUES ('2020-01-01', 'b', 1);

INSERT INTO refs VALUES ('2020-01-02', 'b', 1);

DELETE FROM two;

UPDATE two SET b = 'c';

UPDATE two SET b = 'b';

DROP TABLE refs;

DROP TABLE two;

-- other types on the two sides
CREATE TABLE big (id bigint PRIMARY KEY, n numeric UNIQUE, t text UNIQUE, f float8 UNIQUE, s smallint UNIQUE, v varchar(3) UNIQUE);

CREATE TABLE small (i int REFERENCES big (id), n int REFERENCES big (n), t varchar(5) REFERENCES big (t), f int REFERENCES big (f), s bigint REFERENCES big (s), v text REFERENCES big (v));

INSERT INTO big VALUES (5, 5.00, 'five', 5, 5, 'v'), (6, 6.5, 'six', 6.5, 6, 'w'), (5000000000, 1, 'x', 1, 1, 'x');

INSERT INTO small VALUES (5, 5, 'five', 5, 5, 'v');

INSERT INTO small (i) VALUES (6), (7);

INSERT INTO small (n) VALUES (6);

INSERT INTO small (s) VALUES (100000);

INSERT INTO small (t) VALUES ('fiv');

INSERT INTO small (f) VALUES (6);

DELETE FROM big WHERE id = 5;

DELETE FROM big WHERE id = 5000000000;

UPDATE big SET n = 5.0 WHERE id = 5;

UPDATE big SET n = 5.1 WHERE id = 5;

UPDATE big SET f = 7 WHERE id = 5;

DROP TABLE small, big;

-- a table that refers to itself
CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree);

INSERT INTO tree VALUES (1, 1);

INSERT INTO tree VALUES (2, 3), (3, 4), (4, 1);

INSERT INTO tree VALUES (5, 6), (6, 7);

DELETE FROM tree WHERE id = 4;

DELETE FROM tree WHERE id IN (2, 3);

DELETE FROM tree;

INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2);

UPDATE tree SET id = id + 10, up = up + 10;

SELECT * FROM tree ORDER BY id;

UPDATE tree SET up = 99 WHERE id = 11;

DROP TABLE tree;

-- nulls, MATCH SIMPLE and MATCH FULL
CREATE TABLE pair (a int, b int, PRIMARY KEY (a, b));

CREATE TABLE simple (a int, b int, FOREIGN KEY (a, b) REFERENCES pair MATCH SIMPLE);

CREATE TABLE whole (a int, b int, FOREIGN KEY (a, b) REFERENCES pair MATCH FULL);

INSERT INTO pair VALUES (1, 1);

INSERT INTO simple VALUES (1, 1), (1, NULL), (NULL, 2), (NULL, NULL), (7, NULL);

INSERT INTO whole VALUES (1, 1), (NULL, NULL);

INSERT INTO whole VALUES (1, NULL);

INSERT INTO whole VALUES (1, 2);

UPDATE whole SET b = NULL WHERE a = 1;

UPDATE whole SET a = NULL, b = NULL WHERE a = 1;

DELETE FROM pair;

DELETE FROM simple WHERE b = 1;

DELETE FROM pair;

DROP TABLE pair;

DROP TABLE simple, pair, whole;

-- COPY and ON CONFLICT
CREATE TABLE par (id int PRIMARY KEY, u int UNIQUE);

CREATE TABLE chi (id int PRIMARY KEY, pid int REFERENCES par, u int REFERENCES par (u));

INSERT INTO par VALUES (1, 10), (2, 20);

COPY chi FROM STDIN;
\data
1	1	10
2	2	\N
3	\N	20

COPY chi FROM STDIN;
\data
4	1	10
5	3	10

COPY chi FROM STDIN;
\data
4	1	10
5	1	30

SELECT * FROM chi ORDER BY id;

INSERT INTO chi VALUES (1, 9, 10) ON CONFLICT DO NOTHING;

INSERT INTO chi VALUES (1, 9, 10) ON CONFLICT (id) DO UPDATE SET pid = excluded.pid;

INSERT INTO chi VALUES (1, 9, 10) ON CONFLICT (id) DO UPDATE SET pid = 2 RETURNING *;

INSERT INTO chi VALUES (9, 9, 10) ON CONFLICT (id) DO UPDATE SET pid = 2 RETURNING *;

INSERT INTO par VALUES (1, 11) ON CONFLICT (id) DO UPDATE SET u = excluded.u;

INSERT INTO par VALUES (2, 21) ON CONFLICT (id) DO UPDATE SET u = excluded.u;

INSERT INTO chi SELECT n, n, NULL FROM generate_series(1, 3) n WHERE n NOT IN (SELECT id FROM chi);

INSERT INTO chi SELECT n, 1, NULL FROM generate_series(100, 1000) n;

SELECT count(*), min(id), max(id) FROM chi WHERE pid = 1;

DROP TABLE par, chi;

-- names that need quotes
CREATE SCHEMA "My";

CREATE TABLE "My"."Par Ent" ("I d" int PRIMARY KEY);

CREATE TABLE "Chi ld" ("P id" int REFERENCES "My"."Par Ent");

INSERT INTO "Chi ld" VALUES (3);

INSERT INTO "My"."Par Ent" VALUES (3);

INSERT INTO "Chi ld" VALUES (3);

DELETE FROM "My"."Par Ent";

DROP TABLE "My"."Par Ent";

DROP TABLE "My"."Par Ent" CASCADE;

DROP SCHEMA "My";

-- a key that refers through a plain unique index
CREATE TABLE ui (a int, b text);

CREATE UNIQUE INDEX ui_a ON ui (a);

CREATE TABLE uic (a int REFERENCES ui (a));

INSERT INTO ui VALUES (1, 'x'), (NULL, 'y');

INSERT INTO uic VALUES (1), (NULL);

INSERT INTO uic VALUES (2);

UPDATE ui SET b = 'z' WHERE a = 1;

UPDATE ui SET a = 2 WHERE a = 1;

DELETE FROM ui WHERE a IS NULL;

DELETE FROM ui;

DROP INDEX ui_a;

DROP INDEX ui_a CASCADE;

DELETE FROM ui;

SELECT * FROM uic;

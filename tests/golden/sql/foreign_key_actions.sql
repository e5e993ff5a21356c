CREATE TABLE p (id int PRIMARY KEY, v text);

CREATE TABLE cas (id int PRIMARY KEY, pid int REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE);

CREATE TABLE nul (id int PRIMARY KEY, pid int REFERENCES p ON DELETE SET NULL ON UPDATE SET NULL);

CREATE TABLE def (id int PRIMARY KEY, pid int DEFAULT 1 REFERENCES p ON DELETE SET DEFAULT ON UPDATE SET DEFAULT);

INSERT INTO p SELECT n, 'v' || n FROM generate_series(1, 9) n;

INSERT INTO cas SELECT n, n % 9 + 1 FROM generate_series(1, 18) n;

INSERT INTO nul SELECT n, n % 9 + 1 FROM generate_series(1, 18) n;

INSERT INTO def SELECT n, n % 9 + 1 FROM generate_series(1, 18) n;

DELETE FROM p WHERE id = 5 RETURNING *;

SELECT * FROM cas ORDER BY id;

SELECT * FROM nul WHERE pid IS NULL ORDER BY id;

SELECT * FROM def WHERE pid = 1 ORDER BY id;

UPDATE p SET id = 60 WHERE id = 6;

SELECT * FROM cas WHERE pid > 5 ORDER BY id;

SELECT * FROM nul WHERE pid IS NULL ORDER BY id;

SELECT * FROM def WHERE pid = 1 ORDER BY id;

-- the default has gone too
DELETE FROM p WHERE id = 1;

DELETE FROM p WHERE id IN (7, 8);

SELECT count(*) FROM cas;

UPDATE p SET id = id * 100 WHERE id > 1;

SELECT * FROM cas ORDER BY id;

DELETE FROM p;

DELETE FROM def;

DELETE FROM p;

SELECT count(*), count(pid) FROM nul;

SELECT count(*) FROM cas;

DROP TABLE cas, nul, def, p;

-- cascades over several tables
CREATE TABLE a (id int PRIMARY KEY);

CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE ON UPDATE CASCADE, UNIQUE (id, a));

CREATE TABLE c (id int PRIMARY KEY, b int, a int, FOREIGN KEY (b, a) REFERENCES b (id, a) ON DELETE CASCADE ON UPDATE CASCADE);

CREATE TABLE d (c int REFERENCES c ON DELETE RESTRICT);

INSERT INTO a VALUES (1), (2);

INSERT INTO b VALUES (10, 1), (11, 1), (20, 2);

INSERT INTO c VALUES (100, 10, 1), (101, 10, 1), (110, 11, 1), (200, 20, 2);

UPDATE a SET id = 5 WHERE id = 1;

SELECT * FROM b ORDER BY id;

SELECT * FROM c ORDER BY id;

INSERT INTO d VALUES (200);

DELETE FROM a WHERE id = 2;

DELETE FROM a WHERE id = 5;

SELECT * FROM c;

DELETE FROM d;

DELETE FROM a;

SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b), (SELECT count(*) FROM c);

DROP TABLE d, c, b, a;

-- two ways to the same rows
CREATE TABLE root (id int PRIMARY KEY);

CREATE TABLE l (id int PRIMARY KEY, r int REFERENCES root ON DELETE CASCADE);

CREATE TABLE m (id int PRIMARY KEY, r int REFERENCES root ON DELETE CASCADE, l int REFERENCES l);

INSERT INTO root VALUES (1);

INSERT INTO l VALUES (1, 1);

INSERT INTO m VALUES (1, 1, 1);

DELETE FROM l;

DELETE FROM root;

SELECT count(*) FROM m;

DROP TABLE m, l, root;

-- a tree
CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree ON DELETE CASCADE ON UPDATE CASCADE);

INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 1), (4, 2), (5, 4), (6, NULL), (7, 6);

UPDATE tree SET id = 20 WHERE id = 2;

SELECT * FROM tree ORDER BY id;

DELETE FROM tree WHERE id IN (1, 3, 4);

SELECT * FROM tree ORDER BY id;

INSERT INTO tree VALUES (8, 8);

DELETE FROM tree WHERE id = 8;

DELETE FROM tree;

DROP TABLE tree;

-- a circle of two tables
CREATE TABLE x (id int PRIMARY KEY, y int);

CREATE TABLE y (id int PRIMARY KEY, x int REFERENCES x ON DELETE CASCADE);

ALTER TABLE x ADD FOREIGN KEY (y) REFERENCES y ON DELETE CASCADE;

INSERT INTO x VALUES (1, NULL), (2, NULL);

INSERT INTO y VALUES (1, 1), (2, 2);

UPDATE x SET y = id;

DELETE FROM x WHERE id = 1;

SELECT * FROM y;

DROP TABLE x;

DROP TABLE x, y;

-- columns named in SET NULL and SET DEFAULT
CREATE TABLE pp (a int, b int, PRIMARY KEY (a, b));

CREATE TABLE sn (a int NOT NULL, b int, FOREIGN KEY (a, b) REFERENCES pp ON DELETE SET NULL (b));

CREATE TABLE sd (a int, b int DEFAULT 0, FOREIGN KEY (a, b) REFERENCES pp ON DELETE SET DEFAULT (b));

INSERT INTO pp VALUES (1, 0), (1, 1), (1, 2), (2, 1);

INSERT INTO sn VALUES (1, 1);

INSERT INTO sd VALUES (1, 2);

DELETE FROM pp WHERE b = 1 AND a = 1;

DELETE FROM pp WHERE b = 2;

SELECT * FROM sn;

SELECT * FROM sd;

INSERT INTO sd VALUES (2, 1);

-- the row that the default names isn't there
DELETE FROM pp WHERE a = 2;

DROP TABLE sn, sd, pp;

-- constraints on the rows that an action changes
CREATE TABLE p (id int PRIMARY KEY);

CREATE TABLE nn (pid int NOT NULL REFERENCES p ON DELETE SET NULL ON UPDATE CASCADE, CHECK (pid < 100));

CREATE TABLE un (pid int UNIQUE DEFAULT 9 REFERENCES p ON DELETE SET DEFAULT);

INSERT INTO p VALUES (1), (2), (3), (9);

INSERT INTO nn VALUES (1);

INSERT INTO un VALUES (2), (3);

DELETE FROM p WHERE id = 1;

UPDATE p SET id = 200 WHERE id = 1;

UPDATE p SET id = 4 WHERE id = 1;

DELETE FROM p WHERE id = 2;

DELETE FROM p WHERE id = 3;

SELECT * FROM un ORDER BY pid;

SELECT * FROM nn;

DROP TABLE nn, un, p;

-- RESTRICT and NO ACTION where the key comes back within the statement
CREATE TABLE p (id int PRIMARY KEY);

CREATE TABLE na (pid int REFERENCES p ON UPDATE NO ACTION);

CREATE TABLE re (pid int REFERENCES p ON UPDATE RESTRICT);

INSERT INTO p VALUES (1), (3);

INSERT INTO na VALUES (1);

UPDATE p SET id = id + 1;

INSERT INTO re VALUES (3);

DELETE FROM na;

UPDATE p SET id = 4 WHERE id = 3;

DELETE FROM p WHERE id = 3;

DROP TABLE na, re, p;

-- many rows
CREATE TABLE big (id int PRIMARY KEY);

CREATE TABLE many (id int PRIMARY KEY, b int REFERENCES big ON DELETE CASCADE ON UPDATE CASCADE);

INSERT INTO big SELECT generate_series(1, 100);

INSERT INTO many SELECT n, n % 100 + 1 FROM generate_series(1, 3000) n;

UPDATE big SET id = -id WHERE id % 2 = 0;

SELECT count(*), count(*) FILTER (WHERE b < 0), min(b), max(b) FROM many;

DELETE FROM big WHERE id < 0 OR id > 90;

SELECT count(*) FROM many;

CREATE INDEX ON many (b);

DELETE FROM big WHERE id < 50;

SELECT count(*) FROM many;

CREATE TABLE named_twice (id int PRIMARY KEY, a int DEFAULT 1, b int,
  FOREIGN KEY (a) REFERENCES named_twice ON DELETE SET DEFAULT (a, a))

SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'named_twice'::regclass AND contype = 'f'

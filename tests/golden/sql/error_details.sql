-- What an error shows of stored rows depends on what the role may read.

CREATE ROLE error_reader

CREATE TABLE t (id int PRIMARY KEY, secret text, pub int NOT NULL CHECK (pub > 0))

INSERT INTO t VALUES (1, 'hidden', 5)

CREATE UNIQUE INDEX ts ON t (secret)

CREATE UNIQUE INDEX tx ON t (lower(secret))

GRANT INSERT, UPDATE ON t TO error_reader

SET ROLE error_reader

INSERT INTO t VALUES (1, 'x', 6)

INSERT INTO t VALUES (2, 'hidden', 6)

INSERT INTO t VALUES (2, 'HIDDEN', 6)

INSERT INTO t VALUES (3, 'x', NULL)

INSERT INTO t (id) VALUES (3)

INSERT INTO t DEFAULT VALUES

UPDATE t SET pub = NULL

UPDATE t SET secret = 'a', pub = -1

RESET ROLE

GRANT SELECT (pub, id) ON t TO error_reader

SET ROLE error_reader

UPDATE t SET pub = -1

UPDATE t SET pub = -1 WHERE id = 1

UPDATE t SET pub = -1 FROM (VALUES (1)) v (i) WHERE id = i

INSERT INTO t VALUES (1, 'x', 6)

INSERT INTO t VALUES (2, 'hidden', 6)

INSERT INTO t VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET pub = -1

INSERT INTO t (id, pub) VALUES (1, 7) ON CONFLICT (id) DO UPDATE SET pub = -1

MERGE INTO t USING (VALUES (1, -1)) v (i, j) ON id = i WHEN MATCHED THEN UPDATE SET pub = j WHEN NOT MATCHED THEN INSERT (id) VALUES (i)

COPY t (id, pub) FROM STDIN
\data
8	-1

COPY t (id, pub) FROM STDIN
\data
1	1

BEGIN

UPDATE t SET pub = -1 WHERE id = 1

ROLLBACK

RESET ROLE

GRANT SELECT ON t TO error_reader

SET ROLE error_reader

INSERT INTO t VALUES (2, 'HIDDEN', 6)

UPDATE t SET pub = -1 WHERE id = 1

RESET ROLE

REVOKE SELECT ON t FROM error_reader

INSERT INTO t VALUES (9, 'other', 9)

CREATE VIEW v AS SELECT pub AS p, id FROM t WHERE pub > 3 WITH CHECK OPTION

GRANT SELECT, INSERT, UPDATE ON v TO error_reader

SET ROLE error_reader

INSERT INTO v VALUES (2, 50)

INSERT INTO v VALUES (20, 1)

UPDATE v SET p = 1

UPDATE v SET p = NULL

RESET ROLE

-- Foreign keys: the referencing table's columns count, or those of the referenced one.

CREATE TABLE p (a int, b int, x int, PRIMARY KEY (a, b))

CREATE TABLE c (ca int, cb int, x int, FOREIGN KEY (ca, cb) REFERENCES p)

INSERT INTO p VALUES (1, 2, 3)

INSERT INTO c VALUES (1, 2, 3)

GRANT INSERT, DELETE ON c, p TO error_reader

GRANT SELECT (a, b) ON p TO error_reader

SET ROLE error_reader

INSERT INTO c VALUES (2, 2, 2)

DELETE FROM p

RESET ROLE

GRANT SELECT (ca, cb) ON c TO error_reader

REVOKE SELECT (b) ON p FROM error_reader

SET ROLE error_reader

INSERT INTO c VALUES (2, 2, 2)

DELETE FROM p

RESET ROLE

-- What a foreign key's action does, it does as the table's owner.

CREATE TABLE k (k int PRIMARY KEY)

CREATE TABLE kc (id int PRIMARY KEY, k int REFERENCES k ON UPDATE CASCADE CHECK (k < 100), secret text)

INSERT INTO k VALUES (8)

INSERT INTO kc VALUES (1, 8, 'top'), (2, 8, 'top')

GRANT SELECT, UPDATE ON k TO error_reader

SET ROLE error_reader

UPDATE k SET k = 200

RESET ROLE

-- The owner of a table may take the right to read it away from himself.

CREATE SCHEMA own AUTHORIZATION error_reader

SET ROLE error_reader

CREATE TABLE own.mine (id int PRIMARY KEY, u text UNIQUE DEFERRABLE INITIALLY DEFERRED, s text)

INSERT INTO own.mine VALUES (1, 'k', 's'), (2, 'l', 's')

INSERT INTO own.mine VALUES (1, 'k', 's')

REVOKE SELECT ON own.mine FROM error_reader

INSERT INTO own.mine VALUES (1, 'k', 's')

INSERT INTO own.mine VALUES (3, 'k', 's')

CREATE UNIQUE INDEX ON own.mine (s)

BEGIN; INSERT INTO own.mine VALUES (3, 'k', 's'); COMMIT

BEGIN; CREATE TABLE own.new (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED); INSERT INTO own.new VALUES (1), (1); COMMIT

BEGIN; CREATE TABLE own.new (id int PRIMARY KEY); INSERT INTO own.new VALUES (1), (1); COMMIT

ROLLBACK

RESET ROLE

-- Generated columns aren't given, unless by DEFAULT.

CREATE TABLE g (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) STORED CHECK (b < 10), d int DEFAULT 4)

GRANT INSERT ON g TO error_reader

SET ROLE error_reader

INSERT INTO g VALUES (1, 50)

INSERT INTO g VALUES (1, 50, DEFAULT, DEFAULT)

RESET ROLE

DROP OWNED BY error_reader

DROP ROLE error_reader

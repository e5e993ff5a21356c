SELECT 'a' COLLATE "C" < 'b' COLLATE "C" AS less, 'B' COLLATE pg_catalog."default" < 'a' AS upper_first;

CREATE TABLE coll (a text COLLATE "C", b varchar(9) COLLATE "POSIX");

INSERT INTO coll VALUES ('b', 'x'), ('B', 'y'), ('ä', 'z');

SELECT a FROM coll ORDER BY a COLLATE "C";

SELECT a FROM coll WHERE a ~ '^[bB]$' COLLATE "default" ORDER BY a;

SELECT 'a' COLLATE "nowhere";

SELECT 1 COLLATE "C";

CREATE TABLE bad (a int COLLATE "C");

DROP TABLE coll;

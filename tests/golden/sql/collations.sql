SELECT 'a' COLLATE "C" < 'b' COLLATE "C" AS less, 'B' COLLATE pg_catalog."default" < 'a' AS upper_first;

CREATE TABLE coll (a text COLLATE "C", b varchar(9) COLLATE "POSIX");

INSERT INTO coll VALUES ('b', 'x'), ('B', 'y'), ('ä', 'z');

SELECT a FROM coll ORDER BY a COLLATE "C";

SELECT a FROM coll WHERE a ~ '^[bB]$' COLLATE "default" ORDER BY a;

SELECT 'a' COLLATE "nowhere";

SELECT 1 COLLATE "C";

CREATE TABLE bad (a int COLLATE "C");

DROP TABLE coll;

-- COLLATE in expressions is shown; around an index's expression it is the part's.
CREATE TABLE shown (c1 int, c2 boolean, c3 text);

CREATE INDEX shown_1 ON shown ((c1::text COLLATE "C"));

CREATE INDEX shown_2 ON shown (c1) WHERE (c1::text > 500000000::text COLLATE "C");

CREATE INDEX shown_3 ON shown ((1 / c1)) WHERE ('-H') >= (c2::TEXT) COLLATE "C";

CREATE INDEX shown_4 ON shown ((c3 COLLATE "C" || 'x'));

ALTER TABLE shown ADD CHECK (c3 COLLATE "C" > 'a');

SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'shown'::regclass ORDER BY 1;

SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'shown'::regclass;

CREATE TABLE kept (a text COLLATE "C", b text COLLATE "sv-x-icu", d text, e name);

CREATE VIEW kept_v AS SELECT a, b, d, e FROM kept;

CREATE VIEW kept_w AS SELECT b AS q, a FROM kept_v;

SELECT attrelid::regclass, attname, attcollation::regcollation FROM pg_attribute WHERE attrelid IN ('kept_v'::regclass, 'kept_w'::regclass) ORDER BY 1, attnum;

CREATE UNLOGGED TABLE u (id serial PRIMARY KEY, a int UNIQUE);

INSERT INTO u (a) VALUES (1), (2) RETURNING *;

CREATE TABLE p (id int PRIMARY KEY);

CREATE UNLOGGED SEQUENCE us;

CREATE SEQUENCE ps;

CREATE TEMP TABLE t (id int);

SELECT relname, relkind, relpersistence FROM pg_class WHERE relname IN ('u', 'u_pkey', 'u_a_key', 'u_id_seq', 'p', 'p_pkey', 'us', 'ps', 't') ORDER BY 1;

CREATE TABLE child (id int PRIMARY KEY REFERENCES u);

CREATE UNLOGGED TABLE child (id int PRIMARY KEY REFERENCES u, other int REFERENCES p);

ALTER TABLE p SET UNLOGGED;

ALTER TABLE u SET LOGGED;

ALTER TABLE u SET UNLOGGED;

ALTER TABLE child SET LOGGED;

CREATE TABLE of_p (id int REFERENCES p);

ALTER TABLE p SET UNLOGGED;

DROP TABLE child;

ALTER TABLE u SET LOGGED;

SELECT relname, relpersistence FROM pg_class WHERE relname IN ('u', 'u_pkey', 'u_a_key', 'u_id_seq') ORDER BY 1;

ALTER TABLE u SET LOGGED;

ALTER TABLE u SET UNLOGGED, ADD COLUMN b int DEFAULT 7;

SELECT * FROM u ORDER BY id;

CREATE UNLOGGED TABLE made AS SELECT id FROM u;

SELECT 1 AS x INTO UNLOGGED into_made;

SELECT relname, relpersistence FROM pg_class WHERE relname IN ('made', 'into_made', 'u') ORDER BY 1;

CREATE UNLOGGED VIEW v AS SELECT 1;

CREATE UNLOGGED MATERIALIZED VIEW m AS SELECT 1 AS x;

ALTER SEQUENCE ps SET UNLOGGED;

ALTER SEQUENCE us SET LOGGED;

SELECT relname, relpersistence FROM pg_class WHERE relname IN ('us', 'ps') ORDER BY 1;

CREATE SEQUENCE s;

SELECT last_value, is_called FROM s;

SELECT currval('s');

SELECT lastval();

SELECT nextval('s'), nextval('s');

SELECT currval('s'), lastval();

SELECT last_value, is_called FROM s;

SELECT setval('s', 10), nextval('s');

SELECT setval('s', 20, false), nextval('s');

SELECT setval('s', 0);

SELECT setval('nope', 1);

SELECT nextval('nope');

CREATE SEQUENCE s;

CREATE SEQUENCE IF NOT EXISTS s;

CREATE TABLE plain (a int);

SELECT nextval('plain');

CREATE SEQUENCE d INCREMENT BY -2 MINVALUE -7 MAXVALUE 5 START 5;

SELECT nextval('d'), nextval('d'), nextval('d'), nextval('d'), nextval('d'), nextval('d'), nextval('d');

SELECT nextval('d');

CREATE SEQUENCE c MINVALUE 1 MAXVALUE 3 CYCLE;

SELECT nextval('c') FROM generate_series(1, 5);

CREATE SEQUENCE small AS smallint;

SELECT setval('small', 32767);

SELECT nextval('small');

CREATE SEQUENCE bad INCREMENT 0;

CREATE SEQUENCE bad MINVALUE 5 MAXVALUE 5;

CREATE SEQUENCE bad START 0;

CREATE SEQUENCE bad MAXVALUE 10 START 11;

CREATE SEQUENCE bad AS smallint MAXVALUE 40000;

CREATE SEQUENCE bad AS int MINVALUE -3000000000;

CREATE SEQUENCE bad AS text;

CREATE SEQUENCE bad CACHE 0;

CREATE SEQUENCE bad START 1 START 2;

CREATE SEQUENCE bad START 1.5;

CREATE SEQUENCE bad MAXVALUE 99999999999999999999;

ALTER SEQUENCE s RESTART;

SELECT nextval('s');

ALTER SEQUENCE s RESTART WITH 50 INCREMENT BY 5;

SELECT nextval('s'), nextval('s');

ALTER SEQUENCE s INCREMENT BY 100;

SELECT nextval('s'), nextval('s');

ALTER SEQUENCE s MAXVALUE 200;

ALTER SEQUENCE s MAXVALUE 300;

SELECT nextval('s');

ALTER SEQUENCE s START 7 RESTART;

SELECT last_value, is_called FROM s;

ALTER SEQUENCE s NO MAXVALUE MINVALUE 8;

ALTER SEQUENCE s RESTART 0;

ALTER SEQUENCE s INCREMENT 0;

ALTER SEQUENCE nope RESTART;

ALTER SEQUENCE IF EXISTS nope RESTART;

ALTER SEQUENCE plain RESTART;

ALTER SEQUENCE s OWNED BY plain.a;

ALTER SEQUENCE s OWNED BY plain.z;

ALTER SEQUENCE s OWNED BY z.a;

ALTER SEQUENCE s OWNED BY a;

DROP TABLE plain;

SELECT nextval('s');

BEGIN;

SELECT nextval('c');

ROLLBACK;

SELECT nextval('c');

BEGIN;

ALTER SEQUENCE c RESTART 2;

SELECT nextval('c');

ROLLBACK;

SELECT nextval('c');

BEGIN; CREATE SEQUENCE fleeting; SELECT nextval('fleeting'), nextval('fleeting'); ROLLBACK;

SELECT nextval('fleeting');

CREATE SEQUENCE u;

CREATE TABLE uses (id int PRIMARY KEY DEFAULT nextval('u'), b int DEFAULT nextval('u'::regclass) * 10);

INSERT INTO uses DEFAULT VALUES RETURNING *;

DROP SEQUENCE u;

DROP SEQUENCE u RESTRICT;

DROP SEQUENCE u CASCADE;

INSERT INTO uses DEFAULT VALUES;

INSERT INTO uses VALUES (5) RETURNING *;

DROP SEQUENCE u;

DROP SEQUENCE IF EXISTS u, d;

SELECT * FROM d;

INSERT INTO c VALUES (1);

UPDATE c SET last_value = 1;

DELETE FROM c;

SELECT x.v FROM small AS x(v, l, i);

CREATE TABLE ser (a serial PRIMARY KEY, b bigserial, c smallserial, t text);

INSERT INTO ser (t) VALUES ('x'), ('y') RETURNING *;

INSERT INTO ser VALUES (10, 20, 30, 'z'), (DEFAULT, DEFAULT, DEFAULT, 'd') RETURNING *;

SELECT last_value FROM ser_a_seq;

DROP SEQUENCE ser_b_seq;

DROP SEQUENCE ser_b_seq CASCADE;

INSERT INTO ser (t) VALUES ('n');

SELECT setval('ser_c_seq', 32767);

INSERT INTO ser (b, t) VALUES (1, 'n');

TRUNCATE ser RESTART IDENTITY;

INSERT INTO ser (b, t) VALUES (1, 'n') RETURNING *;

BEGIN; TRUNCATE ser RESTART IDENTITY; ROLLBACK;

INSERT INTO ser (b, t) VALUES (1, 'n') RETURNING *;

DROP TABLE ser;

SELECT nextval('ser_a_seq');

PREPARE n AS SELECT nextval('small');

ALTER SEQUENCE small RESTART 5;

EXECUTE n;

EXECUTE n;

DISCARD SEQUENCES;

SELECT currval('small');

CREATE SEQUENCE of_parameters AS smallint INCREMENT 5 MAXVALUE 100 CYCLE;

SELECT pg_sequence_parameters('of_parameters'::regclass);

SELECT * FROM pg_sequence_parameters('of_parameters'::regclass);

SELECT pg_sequence_parameters(1);

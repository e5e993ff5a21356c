CREATE ROLE anna;

CREATE ROLE ben;

CREATE ROLE cleo;

CREATE SCHEMA d;

GRANT ALL ON SCHEMA d TO anna, ben, cleo;

SET search_path = d;

CREATE TABLE base (a int PRIMARY KEY, b text, c int);

INSERT INTO base VALUES (1, 'one', 10), (2, 'two', 20);

SET SESSION AUTHORIZATION anna;

CREATE VIEW inner_view WITH (security_invoker = true) AS SELECT b AS bb, c AS cc, a AS aa FROM base;

GRANT SELECT, UPDATE (cc) ON inner_view TO ben;

SELECT * FROM inner_view;

SET SESSION AUTHORIZATION ben;

CREATE VIEW outer_view AS SELECT cc AS ccc, aa AS aaa, bb AS bbb FROM inner_view;

GRANT SELECT, UPDATE ON outer_view TO cleo;

SELECT * FROM outer_view;

RESET SESSION AUTHORIZATION;

GRANT SELECT ON base TO ben;

GRANT UPDATE (c) ON base TO ben;

SET SESSION AUTHORIZATION ben;

SELECT * FROM outer_view ORDER BY aaa;

UPDATE outer_view SET ccc = ccc + 1;

UPDATE outer_view SET bbb = bbb;

SET SESSION AUTHORIZATION cleo;

SELECT * FROM outer_view;

UPDATE outer_view SET ccc = ccc;

BEGIN;

LOCK TABLE outer_view IN ACCESS SHARE MODE;

ROLLBACK;

RESET SESSION AUTHORIZATION;

GRANT SELECT ON base TO cleo;

GRANT UPDATE (c) ON base TO cleo;

REVOKE ALL ON base FROM ben;

SET SESSION AUTHORIZATION cleo;

SELECT * FROM outer_view ORDER BY aaa;

UPDATE outer_view SET ccc = ccc + 1 WHERE aaa = 2;

BEGIN;

LOCK TABLE outer_view IN ACCESS SHARE MODE;

ROLLBACK;

SET SESSION AUTHORIZATION ben;

SELECT * FROM outer_view;

UPDATE outer_view SET ccc = ccc;

RESET SESSION AUTHORIZATION;

ALTER VIEW outer_view SET (security_invoker = true);

SET SESSION AUTHORIZATION cleo;

SELECT * FROM outer_view;

RESET SESSION AUTHORIZATION;

DROP SCHEMA d CASCADE;

DROP OWNED BY anna, ben, cleo;

DROP ROLE anna, ben, cleo;

CREATE role keeper_of_base

CREATE role keeper_of_view

SET SESSION AUTHORIZATION keeper_of_base

CREATE TABLE base (a int unique, b text, c float)

INSERT INTO base VALUES (1, 'x', 1.0)

grant SELECT (a, b), insert (a, b), UPDATE (a, b) ON base TO keeper_of_view

grant DELETE ON base TO keeper_of_view

RESET SESSION AUTHORIZATION

grant CREATE ON schema public TO keeper_of_view

SET SESSION AUTHORIZATION keeper_of_view

CREATE VIEW v AS SELECT b AS bb, c AS cc, a AS aa FROM base

CREATE VIEW v2 AS SELECT b AS bb, a AS aa FROM base

CREATE VIEW v3 AS SELECT b AS bb, a AS aa FROM base WHERE c > 0

CREATE VIEW v4 AS SELECT bb, aa FROM v

INSERT INTO v (aa, bb) VALUES (2, 'y')

INSERT INTO v (aa, bb) VALUES (3, 'y') RETURNING aa

INSERT INTO v (aa, bb) VALUES (1, 'y') ON CONFLICT (aa) DO NOTHING

INSERT INTO v (aa, bb) VALUES (1, 'y') ON CONFLICT DO NOTHING

INSERT INTO v (aa, bb) VALUES (1, 'y') ON CONFLICT (aa) DO UPDATE SET bb = excluded.bb

UPDATE v SET bb = 'q'

UPDATE v SET bb = 'q' WHERE aa = 1

UPDATE v SET bb = 'q' RETURNING aa

DELETE FROM v

DELETE FROM v WHERE aa = 5

SELECT aa FROM v

INSERT INTO v2 (aa, bb) VALUES (1, 'y') ON CONFLICT (aa) DO UPDATE SET bb = excluded.bb

UPDATE v2 SET bb = 'q' WHERE aa = 1

DELETE FROM v2 WHERE aa = 5

INSERT INTO v3 (aa, bb) VALUES (11, 'y')

INSERT INTO v3 (aa, bb) VALUES (1, 'y') ON CONFLICT (aa) DO UPDATE SET bb = excluded.bb

INSERT INTO v3 (aa, bb) VALUES (12, 'y') RETURNING aa

UPDATE v3 SET bb = 'q'

UPDATE v3 SET bb = 'q' WHERE aa = 1

DELETE FROM v3

DELETE FROM v3 WHERE aa = 5

INSERT INTO v4 (aa, bb) VALUES (21, 'y')

INSERT INTO v4 (aa, bb) VALUES (1, 'y') ON CONFLICT (aa) DO UPDATE SET bb = excluded.bb

UPDATE v4 SET bb = 'q'

UPDATE v4 SET bb = 'q' WHERE aa = 1

DELETE FROM v4

DELETE FROM v4 WHERE aa = 5

RESET SESSION AUTHORIZATION

SELECT * FROM base ORDER BY a

DROP OWNED BY keeper_of_view

DROP OWNED BY keeper_of_base

DROP ROLE keeper_of_view, keeper_of_base

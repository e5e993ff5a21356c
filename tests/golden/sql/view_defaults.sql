CREATE TABLE parts (id int PRIMARY KEY, label text DEFAULT 'unlabelled', twice int GENERATED ALWAYS AS (id * 2) STORED, serial int GENERATED ALWAYS AS IDENTITY, note text DEFAULT 'from the table')

CREATE VIEW shown AS SELECT id, upper(label) AS loud, note, twice, serial FROM parts

INSERT INTO shown (id) VALUES (1) RETURNING *

UPDATE shown SET note = DEFAULT WHERE id = 1 RETURNING *

UPDATE parts SET note = DEFAULT WHERE id = 1 RETURNING note

ALTER VIEW shown ALTER COLUMN note SET DEFAULT 'from the view'

UPDATE shown SET note = DEFAULT WHERE id = 1 RETURNING note

INSERT INTO shown (id) VALUES (2), (3) RETURNING id, note

INSERT INTO shown (id, note) VALUES (4, DEFAULT), (5, 'given') RETURNING id, note

INSERT INTO shown (id) VALUES (5) ON CONFLICT (id) DO UPDATE SET note = DEFAULT RETURNING id, note

ALTER VIEW shown ALTER COLUMN note DROP DEFAULT

INSERT INTO shown (id) VALUES (5) ON CONFLICT (id) DO UPDATE SET note = DEFAULT RETURNING id, note

-- A default of a column that can't be written: nothing can be inserted.
ALTER VIEW shown ALTER COLUMN loud SET DEFAULT 'NOT SET'

INSERT INTO shown (id) VALUES (6)

INSERT INTO shown VALUES (6)

INSERT INTO shown (id) SELECT 6

INSERT INTO shown (id, loud) VALUES (6, 'x')

UPDATE shown SET loud = DEFAULT

UPDATE shown SET id = 40 WHERE id = 4 RETURNING id

CREATE VIEW over AS SELECT id AS i, note AS n, loud AS l FROM shown

CREATE VIEW fewer AS SELECT id AS i, note AS n FROM shown

INSERT INTO over (i) VALUES (7)

INSERT INTO fewer (i) VALUES (7)

ALTER VIEW shown ALTER COLUMN loud DROP DEFAULT

ALTER VIEW over ALTER COLUMN l SET DEFAULT 'x'

INSERT INTO over (i) VALUES (7)

INSERT INTO fewer (i) VALUES (7) RETURNING *

ALTER VIEW shown ALTER COLUMN note SET DEFAULT 'from the view'

INSERT INTO fewer (i) VALUES (8) RETURNING *

INSERT INTO fewer VALUES (9, DEFAULT), (10, 'given') RETURNING *

UPDATE fewer SET n = DEFAULT WHERE i = 10 RETURNING *

ALTER VIEW fewer ALTER COLUMN n SET DEFAULT 'from the other view'

INSERT INTO fewer VALUES (11, DEFAULT) RETURNING *

UPDATE fewer SET n = DEFAULT WHERE i = 10 RETURNING *

-- The table takes a view's default for a value like any other.
ALTER VIEW shown ALTER COLUMN twice SET DEFAULT 100

INSERT INTO shown (id) VALUES (20)

INSERT INTO shown (id, twice) VALUES (20, DEFAULT)

INSERT INTO shown (id, twice) VALUES (20, DEFAULT), (21, DEFAULT)

UPDATE shown SET twice = DEFAULT WHERE id = 1

ALTER VIEW shown ALTER COLUMN twice DROP DEFAULT

INSERT INTO shown (id, twice) VALUES (20, DEFAULT) RETURNING id, twice

UPDATE shown SET twice = DEFAULT WHERE id = 1

UPDATE parts SET twice = DEFAULT WHERE id = 1 RETURNING twice

ALTER VIEW shown ALTER COLUMN serial SET DEFAULT 77

INSERT INTO shown (id) VALUES (30)

INSERT INTO shown (id, serial) VALUES (30, DEFAULT)

INSERT INTO shown (id) OVERRIDING SYSTEM VALUE VALUES (30) RETURNING serial

INSERT INTO shown (id) OVERRIDING USER VALUE VALUES (31) RETURNING serial = 77 AS is_default

UPDATE shown SET serial = DEFAULT WHERE id = 1

ALTER VIEW shown ALTER COLUMN serial DROP DEFAULT

UPDATE shown SET serial = DEFAULT WHERE id = 1

-- A domain's default is the view's own.
CREATE DOMAIN mark AS text DEFAULT 'of the domain'

CREATE TABLE marked (id int, m mark DEFAULT 'of the table')

CREATE VIEW marks AS SELECT * FROM marked

INSERT INTO marked (id) VALUES (1) RETURNING *

INSERT INTO marks (id) VALUES (2) RETURNING *

UPDATE marks SET m = DEFAULT WHERE id = 1 RETURNING *

-- EXCLUDED has the view's columns, of the row that was to be inserted.
CREATE TABLE stock (a int UNIQUE, b text, c float DEFAULT 2.5)

CREATE VIEW listed AS SELECT b AS bb, a AS aa, stock::text AS cc, stock AS ww, a + 1 AS more, c AS cf FROM stock

INSERT INTO listed (aa, bb) VALUES (1, 'x')

INSERT INTO listed (aa, bb) VALUES (1, 'y') ON CONFLICT (aa) DO UPDATE SET bb = 'was ' || excluded.* WHERE excluded.aa > 0 AND excluded.cc IS NOT NULL RETURNING bb

INSERT INTO listed (aa) VALUES (1) ON CONFLICT (aa) DO UPDATE SET bb = excluded.cc RETURNING bb

INSERT INTO listed (aa) VALUES (1) ON CONFLICT (aa) DO UPDATE SET bb = excluded.ww::text || listed.cc RETURNING bb

INSERT INTO listed (aa) VALUES (1) ON CONFLICT (aa) DO UPDATE SET bb = (SELECT excluded.cc || excluded.more) RETURNING bb

ALTER VIEW listed ALTER COLUMN bb SET DEFAULT 'of the view'

INSERT INTO listed (aa) VALUES (1) ON CONFLICT (aa) DO UPDATE SET bb = excluded.* RETURNING bb

CREATE VIEW relisted AS SELECT cf AS z, bb || '!' AS y, aa AS x, listed AS whole FROM listed

INSERT INTO relisted (x, z) VALUES (1, 8) ON CONFLICT (x) DO UPDATE SET z = length(excluded.whole::text) RETURNING z, x

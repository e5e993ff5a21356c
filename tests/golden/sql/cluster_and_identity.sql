CREATE TABLE kept (id int PRIMARY KEY, a int, b text NOT NULL, c int NOT NULL)

CREATE UNIQUE INDEX kept_a ON kept (a)

CREATE UNIQUE INDEX kept_b ON kept (b)

CREATE INDEX kept_ab ON kept (a, b)

CREATE INDEX kept_part ON kept (a) WHERE a > 1

CREATE UNIQUE INDEX kept_unique_part ON kept (b) WHERE a > 1

CREATE UNIQUE INDEX kept_expression ON kept ((b || 'x'))

ALTER TABLE kept ADD CONSTRAINT kept_late UNIQUE (c) DEFERRABLE

CREATE VIEW marks AS SELECT c.relname, indisclustered, indisreplident, t.relreplident FROM pg_index i JOIN pg_class c ON c.oid = indexrelid JOIN pg_class t ON t.oid = indrelid WHERE t.relname = 'kept' AND (indisclustered OR indisreplident)

CLUSTER kept

CLUSTER kept USING kept_ab

SELECT * FROM marks ORDER BY 1

ALTER TABLE kept CLUSTER ON kept_a

CLUSTER kept

SELECT * FROM marks ORDER BY 1

CLUSTER VERBOSE kept USING nothing

CLUSTER kept USING marks

CLUSTER kept_a USING kept

CLUSTER kept_a

CLUSTER marks USING kept_a

CLUSTER nothing USING kept_a

CLUSTER (speed) kept

CLUSTER kept USING kept_part

ALTER TABLE kept CLUSTER ON kept_part

ALTER TABLE kept CLUSTER ON nothing

CLUSTER kept USING kept_pkey

ALTER TABLE kept REPLICA IDENTITY USING INDEX kept_b

SELECT * FROM marks ORDER BY 1

ALTER TABLE kept SET WITHOUT CLUSTER

ALTER TABLE kept REPLICA IDENTITY USING INDEX kept_a

ALTER TABLE kept REPLICA IDENTITY USING INDEX kept_ab

ALTER TABLE kept REPLICA IDENTITY USING INDEX kept_unique_part

ALTER TABLE kept REPLICA IDENTITY USING INDEX kept_expression

ALTER TABLE kept REPLICA IDENTITY USING INDEX kept_late

ALTER TABLE kept REPLICA IDENTITY USING INDEX nothing

ALTER TABLE kept REPLICA IDENTITY USING INDEX kept_pkey

SELECT * FROM marks ORDER BY 1

ALTER TABLE kept REPLICA IDENTITY FULL

SELECT relreplident FROM pg_class WHERE relname = 'kept'

ALTER TABLE kept REPLICA IDENTITY NOTHING

SELECT relreplident FROM pg_class WHERE relname = 'kept'

ALTER TABLE kept REPLICA IDENTITY DEFAULT

SELECT relreplident FROM pg_class WHERE relname = 'kept'

ALTER TABLE kept CLUSTER ON kept_b

ALTER TABLE kept REPLICA IDENTITY USING INDEX kept_b

ALTER TABLE kept ALTER b TYPE varchar(20), ADD d int

REINDEX TABLE kept

SELECT * FROM marks ORDER BY 1

DROP INDEX kept_b

SELECT * FROM marks ORDER BY 1

SELECT relreplident FROM pg_class WHERE relname = 'kept'

CLUSTER kept

CLUSTER

BEGIN

CLUSTER

ROLLBACK

CREATE ROLE stranger

SET ROLE stranger

CLUSTER kept USING kept_a

RESET ROLE

DROP ROLE stranger

CREATE MATERIALIZED VIEW shown AS SELECT a FROM kept

CREATE INDEX shown_a ON shown (a)

CLUSTER shown USING shown_a

SELECT indisclustered FROM pg_index WHERE indexrelid = 'shown_a'::regclass

CREATE TABLE other (a int PRIMARY KEY)

CLUSTER kept USING other_pkey

ALTER TABLE kept CLUSTER ON marks

ALTER TABLE kept REPLICA IDENTITY USING INDEX marks

CREATE TABLE r (a int PRIMARY KEY, b int);

-- refused: no procedural languages
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';

-- refused: no procedural languages
DO $$ BEGIN NULL; END $$;

-- refused: no triggers
CREATE TRIGGER tr BEFORE INSERT ON r FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();

-- refused: no declarative partitioning in PostgreSQL's sense: partition keys are a table option
CREATE TABLE p (a int, b int) PARTITION BY RANGE (a);

-- refused: no row security
ALTER TABLE r ENABLE ROW LEVEL SECURITY;

-- refused: no row security
CREATE POLICY p ON r USING (true);

-- refused: no full text search
SELECT to_tsvector('a b');

-- refused: no full text search
SELECT 'a b'::tsvector;

-- refused: no range types of one's own
CREATE TYPE textrange AS RANGE (subtype = text);

-- refused: no geometric types
SELECT point(1, 2);

-- refused: no inheritance
CREATE TABLE child () INHERITS (r);

-- refused: no rules
CREATE RULE ru AS ON INSERT TO r DO NOTHING;

-- refused: no extended statistics
CREATE STATISTICS st ON a, b FROM r;

-- refused: no tablespaces
CREATE TABLE ts (a int) TABLESPACE pg_default;

CREATE TABLE ser (a serial PRIMARY KEY);

ROLLBACK;

-- refused: no other access methods
CREATE INDEX ON r USING gin (b);


-- refused: no sampling
SELECT * FROM r TABLESAMPLE BERNOULLI (10);

-- refused: no XML
SELECT xmlelement(name a);

-- refused: no exclusion constraints
CREATE TABLE ex (a int, EXCLUDE USING btree (a WITH =));

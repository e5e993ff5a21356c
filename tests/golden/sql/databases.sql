DROP DATABASE IF EXISTS shop;

CREATE DATABASE shop;

CREATE DATABASE shop;

CREATE DATABASE terrascale;

CREATE DATABASE copied TEMPLATE nowhere;

CREATE DATABASE owned OWNER nobody;

CREATE DATABASE twice CONNECTION LIMIT 1 CONNECTION LIMIT 2;

CREATE DATABASE strange WITH colour = 'red';

CREATE DATABASE few CONNECTION LIMIT -2;

CREATE DATABASE whole WITH TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' TABLESPACE pg_default CONNECTION LIMIT 7 IS_TEMPLATE true;

SELECT datname, encoding, datcollate, datctype, datistemplate, datallowconn, datconnlimit FROM pg_database WHERE datname IN ('shop', 'whole') ORDER BY 1;

SELECT has_database_privilege('shop', 'CREATE'), has_database_privilege('nowhere', 'CREATE');

SELECT has_database_privilege((SELECT oid FROM pg_database WHERE datname = 'shop'), 'CONNECT');

DROP DATABASE whole;

ALTER DATABASE whole IS_TEMPLATE false CONNECTION LIMIT -1 ALLOW_CONNECTIONS false;

SELECT datistemplate, datallowconn, datconnlimit FROM pg_database WHERE datname = 'whole';

DROP DATABASE whole;

DROP DATABASE whole;

DROP DATABASE IF EXISTS whole;

DROP DATABASE terrascale;

ALTER DATABASE terrascale RENAME TO other;

ALTER DATABASE terrascale ALLOW_CONNECTIONS false;

ALTER DATABASE nowhere RENAME TO other;

ALTER DATABASE shop RENAME TO terrascale;

ALTER DATABASE shop RENAME TO market;

SELECT datname FROM pg_database WHERE datname IN ('shop', 'market');

ALTER DATABASE market SET work_mem = '7MB';

ALTER DATABASE market RESET work_mem;

ALTER DATABASE nowhere SET work_mem = '7MB';

SELECT 1 FROM market.public.t;

BEGIN;

CREATE DATABASE inside;

ROLLBACK;

BEGIN;

DROP DATABASE market;

ROLLBACK;

CREATE DATABASE one; CREATE DATABASE two;

CREATE ROLE ann;

CREATE ROLE bob CREATEDB;

SET ROLE ann;

CREATE DATABASE mine;

DROP DATABASE market;

ALTER DATABASE market RENAME TO shop;

ALTER DATABASE market CONNECTION LIMIT 3;

SET ROLE bob;

CREATE DATABASE mine OWNER ann;

CREATE DATABASE mine;

ALTER DATABASE mine RENAME TO his;

RESET ROLE;

DROP ROLE bob;

DROP DATABASE his;

DROP ROLE bob;

DROP ROLE ann;

DROP DATABASE market WITH (FORCE);

DROP DATABASE market WITH (STRENGTH);

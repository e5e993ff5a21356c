-- Extensions whose functions are built in (a notice says so: no notices here).
SET client_min_messages = warning;

CREATE EXTENSION "uuid-ossp";

CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;

CREATE EXTENSION pgcrypto;

CREATE EXTENSION IF NOT EXISTS pgcrypto;

SELECT extname, extnamespace::regnamespace, extrelocatable, extversion, extconfig FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1;

SELECT name, default_version, installed_version, comment FROM pg_available_extensions WHERE name IN ('pgcrypto', 'uuid-ossp') ORDER BY 1;

SELECT uuid_generate_v3(uuid_ns_url(), 'http://www.postgresql.org'), uuid_generate_v5(uuid_ns_dns(), 'ü.example'), uuid_nil(), uuid_ns_oid(), uuid_ns_x500();

SELECT public.uuid_generate_v3(namespace => uuid_ns_dns(), name => 'a') = uuid_generate_v3(uuid_ns_dns(), 'a');

SELECT uuid_generate_v1() <> uuid_generate_v1(), substr(uuid_generate_v4()::text, 15, 1), substr(uuid_generate_v1mc()::text, 15, 1), get_bit(decode(substr(uuid_generate_v1mc()::text, 25, 2), 'hex'), 0);

CREATE TABLE extended (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), n int);

INSERT INTO extended (n) SELECT generate_series(1, 100);

SELECT count(DISTINCT id) FROM extended;

SELECT column_default FROM information_schema.columns WHERE table_name = 'extended' ORDER BY ordinal_position;

SELECT digest('abc', 'sha256'), digest('\xff00'::bytea, 'MD5'), digest('ü', 'sha1'), encode(digest('', 'sha512'), 'base64');

SELECT hmac('data', 'key', 'sha256'), hmac('\x00'::bytea, '\x01'::bytea, 'md5'), digest(NULL, 'md5');

SELECT digest('abc', 'nope');

SELECT length(gen_random_bytes(16)), gen_random_bytes(8) <> gen_random_bytes(8);

SELECT gen_random_bytes(2000);

SELECT pg_catalog.uuid_generate_v4();

SELECT uuid_generate_v4(1);

DROP TABLE extended;

DROP EXTENSION pgcrypto, "uuid-ossp";

SELECT count(*) FROM pg_extension WHERE extname <> 'plpgsql';

DROP EXTENSION pgcrypto;

DROP EXTENSION IF EXISTS pgcrypto;

CREATE TABLE m (id int PRIMARY KEY, s smallint, b bigint, n numeric(12,3), u numeric, f float8, r real, t text, v varchar(20), c char(8), d date, ts timestamp, tz timestamptz, tm time, iv interval, ok bool, uid uuid, raw bytea, doc jsonb, tags int[])

INSERT INTO m SELECT i, (i % 7)::smallint - 3, i::bigint * 1000000007 - 5000000000, (i * 37 % 101)::numeric / 8 - 5, CASE WHEN i % 11 = 0 THEN NULL ELSE round((i * 13 % 50)::numeric / 4, i % 4) END, i * 0.37 - 4, (i % 9) * 0.25, CASE WHEN i % 10 = 3 THEN NULL WHEN i % 10 = 4 THEN '' WHEN i % 10 = 5 THEN 'Ünïcode ' || i ELSE 'Text ' || i % 6 END, 'v' || i % 4, 'c' || i % 3, date '2024-01-28' + i, timestamp '2024-02-28 22:30:00.25' + i * interval '7 hours 13 minutes', timestamptz '2023-12-31 20:00+00' + i * interval '5 hours', time '00:00' + i * interval '37 minutes 11 seconds', make_interval(months => i % 3, days => i % 5 - 2, secs => i * 0.5), CASE WHEN i % 5 = 0 THEN NULL ELSE i % 2 = 0 END, ('00000000-0000-0000-0000-0000000000' || lpad(to_hex(i * 5 % 256), 2, '0'))::uuid, decode(lpad(to_hex(i), 4, '0'), 'hex'), jsonb_build_object('a', i % 4, 'name', 'n' || i % 3, 'price', i * 1.25, 'deep', jsonb_build_object('x', i % 2 = 0, 'list', jsonb_build_array(i, i + 1))), ARRAY[i, i % 3] FROM generate_series(1, 60) g(i)

UPDATE m SET f = CASE id WHEN 7 THEN '-0'::float8 END, n = NULL, d = NULL WHERE id IN (7, 20, 33)

CREATE TABLE e (m_id int, no int, amount numeric(10,2), kind text, at date, PRIMARY KEY (m_id, no))

INSERT INTO e SELECT i % 70, i, (i * 7 % 53)::numeric / 4, CASE i % 4 WHEN 0 THEN 'red' WHEN 1 THEN 'green' WHEN 2 THEN 'blue' END, date '2024-01-01' + i % 45 FROM generate_series(1, 200) g(i)

CREATE TABLE tree (id int PRIMARY KEY, parent int, name text)

INSERT INTO tree SELECT i, CASE WHEN i = 1 THEN NULL ELSE i / 2 END, 'node ' || i FROM generate_series(1, 31) g(i)

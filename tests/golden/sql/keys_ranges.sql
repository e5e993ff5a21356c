CREATE TABLE events (device text, at timestamptz, kind text, reading float8, PRIMARY KEY (device, at));

INSERT INTO events SELECT 'd' || (g % 3), timestamptz '2024-01-01 00:00+00' + g * interval '1 hour', CASE WHEN g % 2 = 0 THEN 'even' ELSE 'odd' END, g * 1.5 FROM generate_series(1, 30) g;

SELECT count(*) FROM events;

SELECT * FROM events WHERE device = 'd1' ORDER BY at LIMIT 3;

SELECT * FROM events WHERE device = 'd1' ORDER BY at DESC LIMIT 3;

SELECT at, reading FROM events WHERE device = 'd2' AND at >= '2024-01-01 12:00+00' AND at < '2024-01-02 00:00+00' ORDER BY at;

SELECT at FROM events WHERE device = 'd2' AND at = '2024-01-01 02:00+00';

SELECT device, at FROM events WHERE (device, at) > ('d1', timestamptz '2024-01-02 00:00+00') ORDER BY device, at LIMIT 4;

SELECT device, max(at), min(at) FROM events GROUP BY device ORDER BY device;

SELECT max(at) FROM events WHERE device = 'd0';

SELECT min(device), max(device) FROM events;

SELECT device, at FROM events ORDER BY device DESC, at DESC LIMIT 2;

SELECT device, at FROM events ORDER BY device, at OFFSET 28;

SELECT count(*) FROM events WHERE device = 'd1' AND kind = 'odd';

SELECT count(*) FROM events WHERE device IN ('d0', 'd2') AND at > '2024-01-02';

SELECT count(*) FROM events WHERE device > 'd0';

SELECT count(*) FROM events WHERE device LIKE 'd%';

SELECT count(*) FROM events WHERE at BETWEEN '2024-01-01 05:00+00' AND '2024-01-01 10:00+00';

UPDATE events SET reading = 0 WHERE device = 'd1' AND at < '2024-01-01 06:00+00' RETURNING at, reading;

DELETE FROM events WHERE device = 'd0' AND kind = 'odd';

SELECT device, count(*) FROM events GROUP BY device ORDER BY device;

INSERT INTO events VALUES ('d1', '2024-01-01 01:00+00', 'x', 1);

CREATE TABLE k3 (a int, b text, c uuid, v int, PRIMARY KEY (a, b, c));

INSERT INTO k3 VALUES (1, 'x', '00000000-0000-0000-0000-000000000001', 1), (1, 'x', '00000000-0000-0000-0000-000000000002', 2), (1, 'y', '00000000-0000-0000-0000-000000000001', 3), (-1, '', '00000000-0000-0000-0000-000000000001', 4);

SELECT * FROM k3 ORDER BY a, b, c;

SELECT v FROM k3 WHERE a = 1 AND b = 'x' ORDER BY c DESC;

SELECT v FROM k3 WHERE a = 1 AND b > 'x';

SELECT v FROM k3 WHERE a = 1 AND c = '00000000-0000-0000-0000-000000000001' ORDER BY b;

SELECT v FROM k3 WHERE a < 0;

INSERT INTO k3 VALUES (1, 'x', '00000000-0000-0000-0000-000000000001', 9);

CREATE TABLE floats (f float8 PRIMARY KEY, n numeric);

INSERT INTO floats VALUES (0, 1), ('NaN', 2), ('-Infinity', 3), ('Infinity', 4), (-1.5, 5), (1e300, 6), (5e-324, 7);

INSERT INTO floats VALUES ('-0', 8);

SELECT * FROM floats ORDER BY f;

SELECT * FROM floats WHERE f > 1 ORDER BY f;

SELECT * FROM floats WHERE f = 'NaN';

CREATE TABLE nums (n numeric PRIMARY KEY, t text);

INSERT INTO nums VALUES (1.10, 'a'), (-5, 'b'), (1e30, 'c'), (0.000001, 'd'), ('NaN', 'e'), (123456789012345678901234567890.5, 'f'), (0, 'g'), ('Infinity', 'h'), (-1e-20, 'i');

INSERT INTO nums VALUES (1.1000, 'dup');

SELECT * FROM nums ORDER BY n;

SELECT * FROM nums WHERE n = 1.1;

SELECT * FROM nums WHERE n >= 1.1 ORDER BY n;

SELECT * FROM nums WHERE n = 1.1::float8;

CREATE TABLE dates (d date PRIMARY KEY);

INSERT INTO dates VALUES ('2024-02-29'), ('infinity'), ('-infinity'), ('0044-03-15 BC'), ('1970-01-01');

SELECT * FROM dates ORDER BY d;

SELECT * FROM dates WHERE d > '2000-01-01' ORDER BY d;

SELECT * FROM dates WHERE d = timestamp '2024-02-29';

CREATE TABLE texts (t text PRIMARY KEY);

INSERT INTO texts VALUES ('b'), ('a'), ('B'), ('é'), (''), ('a b'), ('ab'), ('a' || chr(1)), ('z'), ('😀');

SELECT t, length(t) FROM texts ORDER BY t;

SELECT t FROM texts WHERE t > 'a' AND t < 'b' ORDER BY t;

CREATE TABLE chars (c char(5) PRIMARY KEY);

INSERT INTO chars VALUES ('a'), ('b    ');

INSERT INTO chars VALUES ('a  ');

SELECT c || '|', length(c) FROM chars WHERE c = 'a' ORDER BY c;

CREATE TABLE bools (b bool PRIMARY KEY, s int2);

INSERT INTO bools VALUES (true, 1), (false, 0);

SELECT * FROM bools WHERE b ORDER BY b;

SELECT * FROM bools WHERE NOT b;

CREATE TABLE ivals (i interval PRIMARY KEY);

INSERT INTO ivals VALUES ('1 month'), ('29 days'), ('31 days'), ('1 hour'), ('-1 day');

INSERT INTO ivals VALUES ('30 days');

SELECT * FROM ivals ORDER BY i;

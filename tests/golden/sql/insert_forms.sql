CREATE TABLE ins (a int PRIMARY KEY, b text DEFAULT 'none', c numeric(6,2), d timestamp DEFAULT '2024-01-01 00:00', e int[] DEFAULT '{1,2}', f bool NOT NULL DEFAULT false);

INSERT INTO ins DEFAULT VALUES;

INSERT INTO ins (a) VALUES (1) RETURNING *;

INSERT INTO ins VALUES (2, DEFAULT, 1.005, DEFAULT, DEFAULT, true), (3, 'three', '1.994', '2024-02-29', ARRAY[5], 'on');

INSERT INTO ins (c, a, b) VALUES (12345.67, 4, 'too large');

INSERT INTO ins (a, b) VALUES (5);

INSERT INTO ins (a, b) VALUES (5, 'x', 'y');

INSERT INTO ins (a, a) VALUES (5, 6);

INSERT INTO ins (a, nope) VALUES (5, 6);

INSERT INTO ins (a, f) VALUES (5, NULL);

INSERT INTO ins (a, b) VALUES ('six', 'x');

INSERT INTO ins (a, d) VALUES (6, '2024-02-30');

INSERT INTO ins (a, f) VALUES (6, 1);

INSERT INTO ins (a, f) VALUES (6, '1') RETURNING f, a * 2 AS twice, b || '!' AS loud;

INSERT INTO ins (a, b) SELECT g, 'g' || g FROM generate_series(10, 14) g RETURNING a, b;

INSERT INTO ins (a, b) SELECT a + 100, upper(b) FROM ins WHERE a < 4;

SELECT a, b, c, d, e, f FROM ins ORDER BY a;

INSERT INTO ins (a, b) SELECT a FROM ins;

INSERT INTO ins AS i (a) VALUES (200) RETURNING i.a, i.*;

INSERT INTO ins (a) VALUES (201) RETURNING ins.b, nope;

INSERT INTO ins (a, c) VALUES (202, 'NaN'), (203, NULL), (204, -0.004) RETURNING a, c;

INSERT INTO ins (a, c) VALUES (205, 'Infinity');

INSERT INTO ins (a, b) VALUES (206, 5);

INSERT INTO ins (a, b) VALUES (207, 5.5 + 1), (208, true), (209, now() IS NULL);

INSERT INTO ins (a, e) VALUES (210, '{1,NULL,3}'), (211, NULL), (212, '{}') RETURNING e;

INSERT INTO ins (a, e[1]) VALUES (213, 7) RETURNING e;

INSERT INTO ins (a, e) VALUES (214, '{{1,2},{3,4}}') RETURNING e, e[2][1];

INSERT INTO ins (a, e) VALUES (215, '{1,2');

INSERT INTO ins (a) VALUES (2147483648);

INSERT INTO ins (a) VALUES (1.5), (2.5) RETURNING a;

INSERT INTO ins (a) VALUES (300.5), (301.5) RETURNING a;

INSERT INTO nowhere VALUES (1);

INSERT INTO ins VALUES (400, 'a', 1, 'infinity', NULL, true) RETURNING d;

INSERT INTO ins VALUES (401, repeat('é', 3), 1, 'epoch', NULL, 'yes') RETURNING b, d, f;

INSERT INTO ins VALUES (402, '', NULL, NULL, NULL, 'maybe');

INSERT INTO ins VALUES ((SELECT 403), (SELECT 'sub'), NULL, NULL, NULL, (SELECT true)) RETURNING a, b;

INSERT INTO ins (a) VALUES (500), (501), (500);

SELECT count(*) FROM ins WHERE a >= 500;

INSERT INTO ins (a, b) VALUES (600, $$dollar 'quoted'$$), (601, E'tab\there'), (602, U&'\0041\00e9') RETURNING b;

WITH x AS (SELECT 1 AS n) INSERT INTO ins (a) SELECT n + 700 FROM x RETURNING a;

CREATE TABLE limits (s smallint PRIMARY KEY, i int, l bigint, r real, d double precision, v varchar(3), c char(4), n numeric(5,-2));

INSERT INTO limits VALUES (32768);

INSERT INTO limits VALUES (-32768, -2147483648, -9223372036854775808, 1e38, 1e308, 'abc', 'ab', 12345) RETURNING *;

INSERT INTO limits (s, v) VALUES (1, 'abcd');

INSERT INTO limits (s, v) VALUES (2, 'abc  ') RETURNING v, length(v);

INSERT INTO limits (s, c) VALUES (3, 'abcde');

INSERT INTO limits (s, c) VALUES (4, 'ab   ') RETURNING c, length(c), c = 'ab';

INSERT INTO limits (s, r) VALUES (5, 1e39);

INSERT INTO limits (s, d) VALUES (6, '1e309');

INSERT INTO limits (s, r) VALUES (7, 0.1), (8, 16777217), (9, '-0') RETURNING r;

INSERT INTO limits (s, n) VALUES (10, 99999949), (11, 50), (12, 49);

INSERT INTO limits (s, n) VALUES (13, 9999949) RETURNING n;

INSERT INTO limits (s, n) VALUES (14, 9999950);

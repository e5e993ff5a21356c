CREATE TABLE z (id int PRIMARY KEY, a int[], j jsonb, b text[]);

INSERT INTO z VALUES (1, NULL, NULL, NULL), (2, '{1,2,3}', '{"a":{"b":1},"n":null,"l":[1,2]}', '{x}'), (3, '[0:1]={5,6}', '[1,2]', NULL), (4, '{{1,2},{3,4}}', '5', NULL), (5, '{}', 'null', '{}');

SELECT id, a[1], a[2], a[0], a[1][2], a[NULL], a[1:2], a[:1], a[2:], a[1:1][2:2], a[1:2][1] FROM z ORDER BY id;

SELECT id, j['a'], j['a']['b'], j['n'], j['l'][0], j['l'][-1], j[0], j['nope'], j['a'][0], j[NULL] FROM z ORDER BY id;

SELECT (ARRAY[1,2,3])[2], (ARRAY[[1,2],[3,4]])[2][1], (ARRAY[[1,2],[3,4]])[2], (ARRAY[[1,2],[3,4]])[2:2], ('{"a":[1,{"b":2}]}'::jsonb)['a'][1]['b'];

UPDATE z SET a[2] = 9 WHERE id < 4 RETURNING id, a;

UPDATE z SET a[5] = 9 WHERE id IN (1, 2, 3, 5) RETURNING id, a;

UPDATE z SET a[-2] = 9 WHERE id IN (1, 2, 3, 5) RETURNING id, a;

UPDATE z SET a[1][2] = 9 WHERE id = 4 RETURNING id, a;

UPDATE z SET a[3][2] = 9 WHERE id = 4;

UPDATE z SET a[1] = 9 WHERE id = 4;

UPDATE z SET a[1][1] = 9 WHERE id = 2;

UPDATE z SET a[NULL] = 9 WHERE id = 2;

UPDATE z SET a = '{1,2,3}' WHERE id IN (1, 2);

UPDATE z SET a[1:2] = '{7,8}' WHERE id IN (1, 3, 5) RETURNING id, a;

UPDATE z SET a[2:4] = '{7,8,9,10}' WHERE id = 2 RETURNING a;

UPDATE z SET a[2:4] = '{7}' WHERE id = 2;

UPDATE z SET a[4:2] = '{7}' WHERE id = 2;

UPDATE z SET a = '{}' WHERE id = 5;

UPDATE z SET a[:2] = '{7,8}' WHERE id = 5;

UPDATE z SET a[:2] = '{7,8}' WHERE id = 2 RETURNING a;

UPDATE z SET a[1:2] = NULL WHERE id IN (1, 2) RETURNING a;

UPDATE z SET a[1:1][1:2] = '{{7,8}}' WHERE id = 4 RETURNING a;

UPDATE z SET a[1:3][1:2] = '{{7,8}}' WHERE id = 4;

UPDATE z SET a[1] = 1, a[3] = 3 WHERE id < 3 RETURNING id, a;

UPDATE z SET a[1] = 1, a = NULL;

UPDATE z SET a[1] = 'x';

UPDATE z SET a[1] = b;

UPDATE z SET a[1:2] = 5;

UPDATE z SET a['x'] = 5;

UPDATE z SET id[1] = 5;

UPDATE z SET a.b = 5;

UPDATE z SET a[1] = DEFAULT;

INSERT INTO z (id, a[1], a[2]) VALUES (9, 1, 2) RETURNING *;

INSERT INTO z (id, a[1], a) VALUES (9, 1, NULL);

UPDATE z SET j['x'] = '1' WHERE id IN (1, 2) RETURNING id, j;

UPDATE z SET j['y']['z'] = '1' WHERE id IN (1, 2) RETURNING id, j;

UPDATE z SET j['w'][2] = '1' WHERE id IN (1, 2) RETURNING id, j;

UPDATE z SET j[5] = '1' WHERE id = 3 RETURNING j;

UPDATE z SET j[-1] = '9' WHERE id = 3 RETURNING j;

UPDATE z SET j[-9] = '9' WHERE id = 3;

UPDATE z SET j['k'] = '9' WHERE id = 3;

UPDATE z SET j['k'] = '9' WHERE id = 4;

UPDATE z SET j[0] = '9' WHERE id = 5;

UPDATE z SET j['n']['k'] = '9' WHERE id = 2;

UPDATE z SET j['l']['k'] = '9' WHERE id = 2;

UPDATE z SET j['l'][4] = '9', j['a']['c'] = NULL WHERE id = 2 RETURNING j;

UPDATE z SET j[NULL] = '9' WHERE id = 2;

UPDATE z SET j['a'] = 5;

UPDATE z SET j['a'] = to_jsonb(id) WHERE id = 2 RETURNING j;

UPDATE z SET j['a'][1:2] = '5';

CREATE TABLE too_long (id int PRIMARY KEY, f int[])

INSERT INTO too_long (id, f[0:2147483647]) VALUES (2, '{}')

INSERT INTO too_long (id, f[-2147483648:2147483647]) VALUES (2, '{}')

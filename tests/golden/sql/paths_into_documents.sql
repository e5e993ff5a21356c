-- What is at paths of documents that change as they come: types, missing members, numbers of any size.
CREATE TABLE docs (id int PRIMARY KEY, doc jsonb);

INSERT INTO docs SELECT i, jsonb_build_object('kind', 'k' || i % 4, 'n', i, 'price', i * 1.25, 'digits', (i * 0.5)::text, 'day', (date '2024-02-01' + i % 60)::text, 'ok', i % 3 = 0, 'of', jsonb_build_object('place', 'p' || i % 7, 'size', i % 5)) FROM generate_series(1, 400) AS i;

INSERT INTO docs VALUES
    (1001, NULL), (1002, 'null'), (1003, '5'), (1004, '"text"'), (1005, '[1, {"kind": "k1"}]'), (1006, '{}'),
    (1007, '{"kind": null, "n": null, "of": null}'),
    (1008, '{"kind": "", "of": {}}'),
    (1009, '{"kind": "ключ 鍵 🔑", "of": {"place": "Zürich"}}'),
    (1010, '{"kind": "twice", "kind": "last", "n": 1, "n": 2}'),
    (1011, '{"kind": "quote\" back\\slash \n tab\t \u0001"}'),
    (1012, '{"of": {"place": {"kind": "k1"}}, "kind": "k1"}'),
    (1013, '{"a b": 1, "x\"y": 2, "": 3, "0": 4, "a.b": 5, "kind": "odd keys"}'),
    (1014, '{"kind": "k2", "of": "not an object"}'),
    (1015, '{"kind": "12", "of": [1, 2]}');

SELECT doc ->> 'kind', count(*) FROM docs GROUP BY 1 ORDER BY 1;

SELECT doc -> 'of' ->> 'place', count(*), sum((doc -> 'n')::int) FROM docs WHERE doc ->> 'kind' IN ('k1', 'k2') AND id < 1000 GROUP BY 1 ORDER BY 1;

SELECT doc #>> '{of, place}', avg((doc ->> 'price')::numeric), sum((doc ->> 'digits')::numeric) FROM docs WHERE id <= 400 GROUP BY 1 ORDER BY 1;

SELECT count(*) FROM docs WHERE (doc ->> 'n')::int > 100;

SELECT count(*), min((doc ->> 'day')::date), max((doc ->> 'day')::date) FROM docs WHERE (doc ->> 'ok')::boolean;

SELECT id, doc ->> 'kind', doc ->> 'n', doc -> 'n' IS NULL, doc ->> 'n' IS NULL, doc -> 'of' IS NULL FROM docs WHERE id > 1000 ORDER BY id;

SELECT id, doc ->> 'a b', doc ->> 'x"y', doc ->> '', doc ->> '0', doc ->> 'a.b' FROM docs WHERE doc ->> 'kind' = 'odd keys' ORDER BY id;

SELECT id, doc #>> '{0}', doc #>> '{of, 1}', doc -> 0 IS NULL FROM docs WHERE id > 1000 ORDER BY id;

SELECT count(*) FROM docs WHERE doc @> '{"kind": "k1"}';

SELECT count(*), count(doc @> '{"n": 7.0}') FROM docs WHERE doc @> '{"n": 7.0}' OR doc IS NULL;

SELECT id FROM docs WHERE doc @> '{"of": {}}' AND id > 390 ORDER BY id;

SELECT id FROM docs WHERE '{"kind": null, "of": null}' <@ doc ORDER BY id;

SELECT count(*) FROM docs WHERE doc @> '{"of": {"place": "p3", "size": 1}, "ok": false}';

SELECT count(*), count(doc ? 'kind') FROM docs WHERE doc ? 'kind' AND id < 1000;

SELECT id, doc ? 'kind' FROM docs WHERE id > 1000 ORDER BY id;

SELECT doc ->> 'ok', count(*), max((doc ->> 'price')::float8) FROM docs WHERE id < 1000 GROUP BY 1 ORDER BY 1;

SELECT d.doc ->> 'n', e.doc ->> 'n' FROM docs d LEFT JOIN docs e ON (e.doc ->> 'n')::int = (d.doc ->> 'n')::int + 399 WHERE d.id < 4 ORDER BY 1;

SELECT k, count(*) FROM (SELECT doc ->> 'kind' AS k, doc FROM docs) AS s WHERE doc ->> 'ok' = 'true' GROUP BY k ORDER BY k;

-- One path, several types.
UPDATE docs SET doc = jsonb_set(doc, '{n}', '"a word"') WHERE id = 7;

UPDATE docs SET doc = jsonb_set(doc, '{n}', '123456789012345678901234567890') WHERE id = 8;

UPDATE docs SET doc = jsonb_set(doc, '{n}', '0.1234567890123456789012345') WHERE id = 9;

UPDATE docs SET doc = jsonb_set(doc, '{n}', '1.50') WHERE id = 10;

UPDATE docs SET doc = jsonb_set(doc, '{n}', 'true') WHERE id = 11;

UPDATE docs SET doc = jsonb_set(doc, '{n}', '{"deep": [1, null, 1.10]}') WHERE id = 12;

UPDATE docs SET doc = jsonb_set(doc, '{n}', '[]') WHERE id = 13;

UPDATE docs SET doc = jsonb_set(doc, '{price}', '"17.250"') WHERE id = 14;

UPDATE docs SET doc = doc - 'n' WHERE id = 15;

DELETE FROM docs WHERE id BETWEEN 20 AND 30;

SELECT id, doc ->> 'n', doc -> 'n' IS NULL, doc ? 'n' FROM docs WHERE id BETWEEN 5 AND 32 ORDER BY id;

SELECT id, doc -> 'n', doc FROM docs WHERE id BETWEEN 7 AND 15 ORDER BY id;

SELECT sum((doc ->> 'n')::numeric) FROM docs WHERE id BETWEEN 8 AND 10 OR id > 390 AND id < 1000;

SELECT sum((doc ->> 'n')::int) FROM docs WHERE id IN (6, 7);

SELECT sum((doc -> 'n')::int) FROM docs WHERE id IN (6, 8);

SELECT (doc -> 'n')::int FROM docs WHERE id = 1007;

SELECT (doc ->> 'n')::int FROM docs WHERE id = 10;

SELECT (doc -> 'n')::int FROM docs WHERE id = 10;

SELECT (doc ->> 'n')::boolean FROM docs WHERE id = 11;

SELECT sum((doc ->> 'price')::numeric), max((doc ->> 'price')::numeric) FROM docs WHERE id < 20;

SELECT count(*) FROM docs WHERE doc @> '{"n": 1.5}';

SELECT count(*) FROM docs WHERE doc @> '{"n": 123456789012345678901234567890}';

SELECT count(*) FROM docs WHERE doc @> '{"n": {"deep": [1.1]}}';

ALTER TABLE docs ADD COLUMN more jsonb DEFAULT '{"added": {"n": 1}}';

INSERT INTO docs VALUES (2001, '{}', '{"added": {"n": 2}}'), (2002, '{}', NULL);

SELECT more -> 'added' ->> 'n', count(*) FROM docs GROUP BY 1 ORDER BY 1;

SELECT count(*) FROM docs WHERE more @> '{"added": {"n": 1}}';

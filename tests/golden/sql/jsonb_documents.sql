CREATE TABLE d (id int PRIMARY KEY, doc jsonb, raw json);

INSERT INTO d VALUES (1, '{"b": 1, "aa": [1, 2, {"x": null}], "c": 1.50}', '{"b": 1,  "b": 2}'), (2, '[1, "two", false]', '[1 ]'), (3, 'null', 'null'), (4, NULL, NULL), (5, '"str"', '"str"'), (6, '12345678901234567890.123', '1e5');

SELECT * FROM d ORDER BY id;

INSERT INTO d VALUES (7, '{bad}', NULL);

INSERT INTO d VALUES (7, '{"a": 1', NULL);

INSERT INTO d VALUES (7, '', NULL);

INSERT INTO d VALUES (7, NULL, '[1,]');

SELECT id, doc->'aa', doc->'aa'->1, doc->>'c', doc->'zzz', doc#>'{aa,2,x}', doc#>>'{aa,2}' FROM d ORDER BY id;

SELECT id, doc->0, doc->-1, doc->>1 FROM d ORDER BY id;

SELECT id FROM d WHERE doc @> '{"b": 1}';

SELECT id FROM d WHERE doc ? 'b' ORDER BY id;

SELECT id, doc ?| ARRAY['b', 'x'], doc ?& ARRAY['b', 'c'] FROM d WHERE id < 3 ORDER BY id;

SELECT jsonb_typeof(doc), id FROM d ORDER BY id;

SELECT doc || '{"new": true}', doc - 'b', doc #- '{aa,0}' FROM d WHERE id = 1;

SELECT jsonb_set(doc, '{aa,0}', '99'), jsonb_insert(doc, '{aa,0}', '"ins"'), jsonb_set(doc, '{q,r}', '1', true) FROM d WHERE id = 1;

SELECT (doc->>'c')::numeric + 1, (doc->'b')::int FROM d WHERE id = 1;

SELECT (doc->'aa')::int FROM d WHERE id = 1;

UPDATE d SET doc['b'] = '5' WHERE id = 1 RETURNING doc;

SELECT doc['aa'][1], doc['aa']['2']['x'] FROM d WHERE id = 1;

SELECT jsonb_build_object('a', 1, 'b', ARRAY[1,2], 'c', NULL), jsonb_build_array(1, 'x', true), json_build_object('k', 1.5);

SELECT to_jsonb(1.50), to_jsonb('x'::text), to_jsonb(ARRAY[1, 2]), to_json(date '2024-01-01'), to_jsonb(timestamptz '2024-01-01 00:00+00'), row_to_json(ROW(1, 'a'));

SELECT * FROM jsonb_each('{"a": 1, "b": [2]}');

SELECT * FROM jsonb_each_text('{"a": 1, "b": null}');

SELECT * FROM jsonb_array_elements('[1, {"a": 2}, null]');

SELECT jsonb_array_elements_text('["a", 1, null]');

SELECT jsonb_object_keys('{"b": 1, "a": 2}');

SELECT jsonb_array_length('[1,2,3]'), jsonb_strip_nulls('{"a": null, "b": {"c": null}}'), jsonb_pretty('{"a": [1, {"b": 2}], "c": {}}');

SELECT jsonb_array_length('{}');

SELECT jsonb_agg(a), json_agg(a), jsonb_object_agg('k' || a, a) FROM generate_series(1, 3) a;

SELECT jsonb_path_query('{"a": [1, 2, 3]}', '$.a[*] ? (@ > 1)');

SELECT jsonb_path_exists('{"a": 1}', '$.a'), jsonb_path_query_array('[1,2,3]', '$[*] ? (@ >= 2)'), '{"a": 1}'::jsonb @? '$.b', '{"a": 5}'::jsonb @@ '$.a > 3';

SELECT '{"a": 1}'::jsonb = '{"a": 1.0}'::jsonb, '[1]'::jsonb < '{"a": 1}'::jsonb, '"a"'::jsonb > '1'::jsonb, 'null'::jsonb < 'true'::jsonb;

SELECT doc FROM d ORDER BY doc NULLS FIRST;

SELECT '{"a": "\u00e9\n\"\\", "b": "\ud83d\ude00"}'::jsonb, '"\u0000"'::json;

SELECT '"\u0000"'::jsonb;

SELECT '1e400'::jsonb, '-0'::jsonb, '0.10'::jsonb, '[]'::jsonb, '{}'::jsonb;

SELECT '{"a": {"b": 1, "a": 2}, "aa": 1, "b": 2, "a": 3}'::jsonb;

SELECT json '{"a":1}' -> 'a', json '[1,2]' ->> 1, json_typeof('[1]'), json_array_length('[1, 2]');

SELECT * FROM json_populate_recordset(row(0::int), '[{"a": "1", "b": "2"}]') AS q (a text, b text)

SELECT * FROM jsonb_populate_recordset(row(0::int, 1), '[{"a": "1", "b": "2"}]') AS q (a text, b text)

SELECT * FROM jsonb_populate_record(row(0::int, 1), '{"f1": "1", "f2": "2"}') AS q (a int, b int)

-- Which browser knows which feature: nested documents in one jsonb column, the feature's path as the key.
CREATE TABLE compat (feature text PRIMARY KEY, doc jsonb NOT NULL);

CREATE INDEX compat_chrome ON compat ((doc #>> '{support,chrome,version_added}'));

COPY compat FROM STDIN;

SELECT count(*), count(doc -> 'description') FROM compat;

SELECT feature FROM compat WHERE doc #>> '{support,chrome,version_added}' = '50' ORDER BY feature;

SELECT doc -> 'status' ->> 'deprecated' AS deprecated, count(*) FROM compat GROUP BY 1 ORDER BY 1;

SELECT split_part(feature, '.', 1) AS area, count(*), count(*) FILTER (WHERE doc @> '{"status": {"experimental": true}}') AS experimental FROM compat GROUP BY area ORDER BY area;

SELECT feature, doc -> 'support' -> 'firefox' FROM compat WHERE feature >= 'css' AND feature < 'csst' ORDER BY feature LIMIT 5;

SELECT feature, jsonb_array_length(doc -> 'tags') FROM compat WHERE doc -> 'tags' ? 'web-features:dom' ORDER BY feature LIMIT 5;

UPDATE compat SET doc = jsonb_set(doc, '{status,reviewed}', 'true') WHERE doc #>> '{support,chrome,version_added}' = '50' RETURNING feature, doc -> 'status';

SELECT key, count(*) FROM (SELECT jsonb_object_keys(doc -> 'support') AS key FROM compat) AS browsers GROUP BY key ORDER BY count(*) DESC, key LIMIT 5;

DELETE FROM compat WHERE doc @> '{"status": {"deprecated": true}}';

SELECT count(*) FROM compat;

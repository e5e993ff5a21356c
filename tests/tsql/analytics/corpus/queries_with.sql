WITH x AS (SELECT m_id, sum(amount) AS total FROM e GROUP BY m_id) SELECT m.id, x.total FROM m JOIN x ON x.m_id = m.id

WITH x AS MATERIALIZED (SELECT * FROM e WHERE kind = 'red') SELECT count(*), sum(a.amount) FROM x a JOIN x b ON a.no = b.no

WITH RECURSIVE r AS (SELECT id, parent, 1 AS depth FROM tree WHERE parent IS NULL UNION ALL SELECT tree.id, tree.parent, r.depth + 1 FROM tree JOIN r ON tree.parent = r.id) SELECT depth, count(*) FROM r GROUP BY depth

WITH RECURSIVE r AS (SELECT id, name AS path FROM tree WHERE parent IS NULL UNION ALL SELECT tree.id, r.path || '/' || tree.name FROM tree JOIN r ON tree.parent = r.id) SELECT * FROM r

WITH RECURSIVE r(n) AS (SELECT min(id) FROM tree UNION SELECT (n * 3) % 17 FROM r) SELECT n FROM r

WITH a AS (SELECT id FROM m WHERE s > 0), b AS (SELECT id FROM a WHERE id > 20) SELECT count(*) FROM b

WITH x AS (SELECT avg(n) AS mean FROM m) SELECT id FROM m, x WHERE m.n > x.mean

SELECT id, (WITH y AS (SELECT no FROM e WHERE e.m_id = m.id) SELECT max(no) FROM y) FROM m

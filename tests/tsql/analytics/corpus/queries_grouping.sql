SELECT s, count(*), count(t), sum(id), sum(b), sum(n), sum(u), avg(n), avg(id), min(n), max(t) FROM m GROUP BY s

SELECT count(*), sum(id), avg(b), min(d), max(ts), min(tz), max(tm), min(iv), max(uid::text) FROM m

SELECT kind, sum(amount) FROM e GROUP BY kind HAVING sum(amount) > 100 ORDER BY kind NULLS FIRST

SELECT c, v, count(*) FROM m GROUP BY c, v

SELECT n, count(*) FROM m GROUP BY n

SELECT f, count(*) FROM m GROUP BY f

SELECT d, ok, count(*) FROM m GROUP BY d, ok

SELECT extract(month FROM d), count(*) FROM m GROUP BY 1

SELECT kind, at, count(*), grouping(kind, at) FROM e GROUP BY ROLLUP (kind, at)

SELECT kind, m_id % 3, sum(amount) FROM e GROUP BY CUBE (kind, m_id % 3)

SELECT kind, m_id % 2, count(*) FROM e GROUP BY GROUPING SETS ((kind), (m_id % 2), ())

SELECT s, sum(n) FILTER (WHERE ok), count(*) FILTER (WHERE t IS NULL) FROM m GROUP BY s

SELECT s, string_agg(t, ', ' ORDER BY id) FROM m GROUP BY s

SELECT s, string_agg(DISTINCT v, '|' ORDER BY v DESC) FROM m GROUP BY s

SELECT s, array_agg(id ORDER BY id DESC) FROM m GROUP BY s

SELECT s, variance(id), stddev(n), var_pop(b), stddev_pop(s) FROM m GROUP BY s

SELECT kind, percentile_cont(0.5) WITHIN GROUP (ORDER BY amount), percentile_disc(0.25) WITHIN GROUP (ORDER BY no DESC) FROM e GROUP BY kind

SELECT bool_and(ok), bool_or(ok), every(id > 0), bit_and(id), bit_or(s), bit_xor(id) FROM m

SELECT count(DISTINCT s), sum(DISTINCT s), avg(DISTINCT n), count(DISTINCT t) FROM m

SELECT sum(f), avg(f), sum(r), avg(r), min(f), max(f) FROM m WHERE id < 30

SELECT count(*) FROM m WHERE false

SELECT sum(n), avg(n), variance(n), min(t) FROM m WHERE id < 0

SELECT avg(amount) * 2, sum(amount) / 3, avg(amount) + 0.5 FROM e

SELECT kind, sum(amount) / count(*) AS mean FROM e GROUP BY kind ORDER BY mean DESC NULLS LAST

SELECT kind FROM e GROUP BY kind HAVING avg(amount) > 6.2

SELECT s % 2, count(*) FROM m GROUP BY s % 2 HAVING count(*) > 5

SELECT sum(amount * 1.1), sum(amount) * 0.05, round(avg(amount), 2) FROM e

SELECT max(avg_amount) FROM (SELECT avg(amount) AS avg_amount FROM e GROUP BY kind) x

SELECT corr(f, id), regr_slope(f, id) FROM m

SELECT mode() WITHIN GROUP (ORDER BY kind) FROM e

SELECT jsonb_agg(id ORDER BY id) FROM m WHERE id < 5

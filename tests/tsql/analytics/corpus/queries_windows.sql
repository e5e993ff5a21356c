SELECT id, row_number() OVER (ORDER BY id), rank() OVER (ORDER BY s), dense_rank() OVER (ORDER BY s DESC) FROM m

SELECT id, percent_rank() OVER (ORDER BY n), cume_dist() OVER (ORDER BY n), ntile(4) OVER (ORDER BY id) FROM m

SELECT id, lag(n) OVER (ORDER BY id), lead(t, 2) OVER (ORDER BY id), lag(s, 1, 0::smallint) OVER (ORDER BY id) FROM m

SELECT id, first_value(id) OVER w, last_value(id) OVER w, nth_value(id, 3) OVER w FROM m WINDOW w AS (PARTITION BY s ORDER BY id)

SELECT id, sum(n) OVER (PARTITION BY s ORDER BY id) FROM m

SELECT id, avg(n) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM m

SELECT id, count(*) OVER (ORDER BY s RANGE UNBOUNDED PRECEDING), count(*) OVER (ORDER BY s GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM m

SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM m

SELECT id, sum(id) OVER (ORDER BY s RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM m

SELECT id, sum(id) OVER (ORDER BY ts RANGE BETWEEN '1 day' PRECEDING AND CURRENT ROW) FROM m

SELECT kind, sum(amount), rank() OVER (ORDER BY sum(amount) DESC) FROM e GROUP BY kind

SELECT id, sum(id) FILTER (WHERE ok) OVER (ORDER BY id) FROM m

SELECT id, t, max(t) OVER (PARTITION BY ok) FROM m

SELECT * FROM (SELECT m_id, no, row_number() OVER (PARTITION BY m_id ORDER BY amount DESC, no) AS place FROM e) x WHERE place <= 2

SELECT id, sum(f) OVER (ORDER BY id) FROM m

SELECT id, n - avg(n) OVER () FROM m

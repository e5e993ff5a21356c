SELECT id, d + 1, d - 7, d - date '2024-01-01', d + interval '1 month', d + tm FROM m

SELECT id, ts + interval '1 month 3 days', ts - interval '36 hours', ts - timestamp '2024-01-01', ts::date, ts::time FROM m

SELECT id, tz + interval '1 day', tz - timestamptz '2024-01-01 00:00+00', tz::date, tz::timestamp FROM m

SELECT id, extract(year FROM d), extract(month FROM ts), extract(day FROM tz), extract(dow FROM d), extract(epoch FROM ts), extract(second FROM ts), extract(hour FROM tm), extract(week FROM d), extract(quarter FROM ts), extract(doy FROM d) FROM m

SELECT id, date_part('year', d), date_part('second', ts), date_part('epoch', tz) FROM m

SELECT date_trunc('month', ts), count(*) FROM m GROUP BY 1

SELECT date_trunc('week', tz), date_trunc('day', d), count(*) FROM m GROUP BY 1, 2

SELECT id FROM m WHERE d BETWEEN '2024-02-01' AND '2024-02-15' AND ts > '2024-03-01'

SELECT id FROM m WHERE d > now() - interval '100 years'

SELECT id, iv + interval '1 day', iv - interval '1 hour', -iv, iv > interval '1 day', iv = interval '24 hours' FROM m

SELECT id, ts AT TIME ZONE 'UTC', tz AT TIME ZONE 'America/New_York' FROM m

SELECT id, age(ts, timestamp '2000-01-01'), justify_days(iv), make_date(2024, 1 + id % 12, 1) FROM m

SELECT id, to_char(ts, 'YYYY-MM-DD HH24:MI:SS'), to_char(d, 'Mon DD') FROM m

SELECT id, d::timestamp, d::text, ts::text, d < ts, ts >= d FROM m

SELECT min(d), max(d), min(ts), max(tz), sum(iv), avg(iv) FROM m

SELECT id, tm + interval '1 hour', tm - time '01:00', tm > '12:00' FROM m

SELECT id, extract(day FROM iv), iv * 2, iv / 2 FROM m

SELECT id, date_bin('15 minutes', ts, timestamp '2001-01-01') FROM m

SELECT id, (d, d + 10) OVERLAPS (date '2024-02-01', date '2024-02-10') FROM m

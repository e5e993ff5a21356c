-- Flights out of New York in 2013. What is asked most is a departure board: one airport, some hours, in order. So the
-- airport is the partition key, and time, carrier and flight number sort inside it (and make the key unique).
CREATE TABLE flights (
    origin text,
    time_hour timestamptz,
    carrier text,
    flight int,
    year int,
    month int,
    day int,
    dep_time int,
    sched_dep_time int,
    dep_delay int,
    arr_time int,
    sched_arr_time int,
    arr_delay int,
    tailnum text,
    dest text,
    air_time int,
    distance int,
    hour int,
    minute int,
    PRIMARY KEY (origin, time_hour, carrier, flight)
);

CREATE INDEX flights_tailnum ON flights (tailnum, time_hour) INCLUDE (origin, dest);

COPY flights (year, month, day, dep_time, sched_dep_time, dep_delay, arr_time, sched_arr_time, arr_delay, carrier, flight, tailnum, origin, dest, air_time, distance, hour, minute, time_hour) FROM STDIN (FORMAT csv, HEADER, NULL 'NA');

SELECT count(*) FROM flights;

SELECT time_hour, carrier, flight, dest, dep_delay FROM flights WHERE origin = 'JFK' AND time_hour >= '2013-07-04 10:00+00' AND time_hour < '2013-07-04 16:00+00' ORDER BY time_hour, carrier, flight;

SELECT time_hour, origin, dest FROM flights WHERE tailnum = 'N725MQ' ORDER BY time_hour LIMIT 10;

SELECT carrier, count(*), round(avg(dep_delay), 2) AS late, max(distance) FROM flights WHERE origin = 'LGA' GROUP BY carrier ORDER BY late DESC;

SELECT dest, count(*) FROM flights GROUP BY dest HAVING count(*) > 500 ORDER BY count(*) DESC, dest LIMIT 10;

SELECT month, count(*) FILTER (WHERE arr_delay > 60) AS late, count(*) FROM flights GROUP BY month ORDER BY month;

UPDATE flights SET tailnum = 'N000XX' WHERE origin = 'EWR' AND time_hour = '2013-01-01 12:00+00' RETURNING carrier, flight;

SELECT origin, flight FROM flights WHERE tailnum = 'N000XX' ORDER BY flight;

DELETE FROM flights WHERE origin = 'EWR' AND dep_time IS NULL;

SELECT origin, count(*), min(time_hour), max(time_hour) FROM flights GROUP BY origin ORDER BY origin;

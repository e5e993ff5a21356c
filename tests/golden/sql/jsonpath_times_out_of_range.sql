select jsonb_path_query('"1000000-01-01"', '$.datetime() > "2020-01-01 12:00:00".datetime()');

select jsonb_path_query('"2020-01-01 12:00:00"', '$.datetime() > "1000000-01-01".datetime()');

select jsonb_path_query_tz('"1000000-01-01"', '$.datetime() > "2020-01-01 12:00:00+01".datetime()');

select jsonb_path_query_tz('"2020-01-01 12:00:00+02"', '$.datetime() < "1000000-01-01".datetime()');

select jsonb_path_query_tz('"2020-01-01"', '$.datetime() == "2020-01-01 00:00:00+00".datetime()');

set timezone = 'PST8PDT';

select jsonb_path_query_tz('"2020-01-01"', '$.datetime() == "2020-01-01 08:00:00+00".datetime()');

select jsonb_path_query_tz('"294276-12-31 23:00:00"', '$.datetime() > "2020-01-01 08:00:00+00".datetime()');

select jsonb_path_query_tz('"2020-07-01 01:00:00"', '$.datetime() == "2020-07-01 08:00:00+00".datetime()');

SELECT id, id + s, id - b, id * 3, b / 7, b % 7, -s, abs(s), s & 3, s | 4, id # 5, ~s FROM m

SELECT id, n + 1, n * 2.5, n - u, n * n, -n, abs(n), round(n, 1), round(n), trunc(n, 2), ceil(n), floor(n), sign(n) FROM m

SELECT id, n / 3, n / 7.5, u / 4, n / NULLIF(s, 0) FROM m

SELECT id FROM m WHERE n / 3 > 1.1

SELECT id, n % 3, mod(n, 2.5), u % 1 FROM m

SELECT id, u, u + 1, u * 2, -u, round(u, 1) FROM m

SELECT id, f + 1, f * 2, f / 3, -f, abs(f), round(f), floor(f), ceil(f), trunc(f), sign(f), sqrt(abs(f)) FROM m

SELECT id, r + 1, r * r, r::float8, f::real FROM m

SELECT id, n::int, f::int, f::bigint, s::float8, n::float8, b::numeric, id::numeric(10,2), n::numeric(8,1), id::text, n::text FROM m

SELECT id, v::text, substring(v FROM 2)::int FROM m

SELECT id, power(f, 2), exp(f), ln(abs(f) + 1), sin(f) FROM m

SELECT id, id::float8 / 3 * 7 + 1e10 FROM m

SELECT id, greatest(s, 1), least(n, 2.000), greatest(id, s, 5) FROM m

SELECT id, width_bucket(f, 0, 10, 5), div(n, 2), gcd(id, 12) FROM m

SELECT id, s << 2, id >> 1 FROM m

SELECT b * b FROM m

SELECT id * 100000000 FROM m

SELECT to_char(n, '999.99'), to_char(id, 'FM000') FROM m

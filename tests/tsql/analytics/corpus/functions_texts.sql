SELECT id, length(t), char_length(t), octet_length(t), t || '!', v || c, substring(t FROM 2 FOR 3), left(t, 3), right(t, 2) FROM m

SELECT id, upper(t), lower(t), initcap(t) FROM m

SELECT id, trim(t), ltrim(t, 'T'), rtrim(t, '0123456789'), btrim(t, 'Text') FROM m

SELECT id, position('x' IN t), strpos(t, 'ext'), replace(t, 'x', 'yy'), translate(t, 'ext', 'EX'), reverse(v), repeat(v, 2) FROM m

SELECT id, lpad(v, 6, '*'), rpad(v, 5), split_part(t, ' ', 2), ascii(v), chr(64 + s), md5(t) FROM m

SELECT id FROM m WHERE t LIKE '%e%t%'

SELECT id FROM m WHERE t NOT LIKE 'Text _'

SELECT id FROM m WHERE t ILIKE 'TEXT%'

SELECT id FROM m WHERE t ~ '^Text [0-3]$'

SELECT id FROM m WHERE t !~ '(1|3)$'

SELECT id FROM m WHERE t ~* 'text'

SELECT id FROM m WHERE t SIMILAR TO 'Text (1|2)'

SELECT id FROM m WHERE t LIKE ANY (ARRAY['%1', '%3'])

SELECT id, concat(t, id, ok), concat_ws('-', t, v), format('%s', t) FROM m

SELECT id, c || '|', length(c), c = 'c1', c < 'c2', c::text FROM m

SELECT id, starts_with(t, 'Te'), t ^@ 'Text' FROM m

SELECT id, regexp_replace(t, '[0-9]', '#'), regexp_match(t, '[0-9]') FROM m

SELECT id, t < 'U', t > 'Text', t BETWEEN 'Text 1' AND 'Text 4' FROM m

SELECT raw, length(raw), raw || raw, encode(raw, 'hex') FROM m

SELECT t COLLATE "C" FROM m ORDER BY t COLLATE "C"

SELECT uid, uid = '00000000-0000-0000-0000-000000000005' FROM m

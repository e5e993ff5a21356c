SELECT '$.a[*] ? (@.b > 1)'::jsonpath

SELECT 'strict $'::jsonpath, 'lax $."x y"'::jsonpath AS quoted

SELECT ''::jsonpath

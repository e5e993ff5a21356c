-- .datetime(template): the template's fields decide the type, and the text has to match it.
SET TIME ZONE 'UTC';

SELECT v, jsonb_path_query('"2017-03-10"', '$.datetime("YYYY-MM-DD").type()') FROM jsonb_path_query('"2017-03-10"', '$.datetime("YYYY-MM-DD")') v;

SELECT v, jsonb_path_query('"10-03-2017"', '$.datetime("dd-mm-yyyy").type()') FROM jsonb_path_query('"10-03-2017"', '$.datetime("dd-mm-yyyy")') v;

SELECT v, jsonb_path_query('"10-Mar-17"', '$.datetime("DD-Mon-YY").type()') FROM jsonb_path_query('"10-Mar-17"', '$.datetime("DD-Mon-YY")') v;

SELECT v, jsonb_path_query('"10 march 2017"', '$.datetime("DD Month YYYY").type()') FROM jsonb_path_query('"10 march 2017"', '$.datetime("DD Month YYYY")') v;

SELECT v, jsonb_path_query('"2017 69"', '$.datetime("YYYY DDD").type()') FROM jsonb_path_query('"2017 69"', '$.datetime("YYYY DDD")') v;

SELECT v, jsonb_path_query('"2017-10-5"', '$.datetime("IYYY-IW-ID").type()') FROM jsonb_path_query('"2017-10-5"', '$.datetime("IYYY-IW-ID")') v;

SELECT v, jsonb_path_query('"2017.10"', '$.datetime("IYYY.IW").type()') FROM jsonb_path_query('"2017.10"', '$.datetime("IYYY.IW")') v;

SELECT v, jsonb_path_query('"2457823"', '$.datetime("J").type()') FROM jsonb_path_query('"2457823"', '$.datetime("J")') v;

SELECT v, jsonb_path_query('"10-III-2017"', '$.datetime("DD-RM-YYYY").type()') FROM jsonb_path_query('"10-III-2017"', '$.datetime("DD-RM-YYYY")') v;

SELECT v, jsonb_path_query('"44 BC"', '$.datetime("YYYY BC").type()') FROM jsonb_path_query('"44 BC"', '$.datetime("YYYY BC")') v;

SELECT v, jsonb_path_query('"21"', '$.datetime("CC").type()') FROM jsonb_path_query('"21"', '$.datetime("CC")') v;

SELECT v, jsonb_path_query('"1"', '$.datetime("Q").type()') FROM jsonb_path_query('"1"', '$.datetime("Q")') v;

SELECT v, jsonb_path_query('"3"', '$.datetime("W").type()') FROM jsonb_path_query('"3"', '$.datetime("W")') v;

SELECT v, jsonb_path_query('"5"', '$.datetime("WW").type()') FROM jsonb_path_query('"5"', '$.datetime("WW")') v;

SELECT v, jsonb_path_query('"12:34"', '$.datetime("HH24:MI").type()') FROM jsonb_path_query('"12:34"', '$.datetime("HH24:MI")') v;

SELECT v, jsonb_path_query('"12:34:56"', '$.datetime("HH24:MI:SS").type()') FROM jsonb_path_query('"12:34:56"', '$.datetime("HH24:MI:SS")') v;

SELECT v, jsonb_path_query('"01:02 pm"', '$.datetime("HH12:MI pm").type()') FROM jsonb_path_query('"01:02 pm"', '$.datetime("HH12:MI pm")') v;

SELECT v, jsonb_path_query('"1 a.m."', '$.datetime("HH A.M.").type()') FROM jsonb_path_query('"1 a.m."', '$.datetime("HH A.M.")') v;

SELECT v, jsonb_path_query('"45296"', '$.datetime("SSSS").type()') FROM jsonb_path_query('"45296"', '$.datetime("SSSS")') v;

SELECT v, jsonb_path_query('"45296"', '$.datetime("SSSSS").type()') FROM jsonb_path_query('"45296"', '$.datetime("SSSSS")') v;

SELECT v, jsonb_path_query('"12:34:56.789"', '$.datetime("HH24:MI:SS.MS").type()') FROM jsonb_path_query('"12:34:56.789"', '$.datetime("HH24:MI:SS.MS")') v;

SELECT v, jsonb_path_query('"12:34:56.789123"', '$.datetime("HH24:MI:SS.US").type()') FROM jsonb_path_query('"12:34:56.789123"', '$.datetime("HH24:MI:SS.US")') v;

SELECT v, jsonb_path_query('"12:34:56.789"', '$.datetime("HH24:MI:SS.FF3").type()') FROM jsonb_path_query('"12:34:56.789"', '$.datetime("HH24:MI:SS.FF3")') v;

SELECT v, jsonb_path_query('"12:34:56.7"', '$.datetime("HH24:MI:SS.FF1").type()') FROM jsonb_path_query('"12:34:56.7"', '$.datetime("HH24:MI:SS.FF1")') v;

SELECT v, jsonb_path_query('"12:34:56.789123"', '$.datetime("HH24:MI:SS.FF6").type()') FROM jsonb_path_query('"12:34:56.789123"', '$.datetime("HH24:MI:SS.FF6")') v;

SELECT v, jsonb_path_query('"59.96"', '$.datetime("SS.FF2").type()') FROM jsonb_path_query('"59.96"', '$.datetime("SS.FF2")') v;

SELECT v, jsonb_path_query('"12:34 +01"', '$.datetime("HH24:MI TZH").type()') FROM jsonb_path_query('"12:34 +01"', '$.datetime("HH24:MI TZH")') v;

SELECT v, jsonb_path_query('"12:34 -01:30"', '$.datetime("HH24:MI TZH:TZM").type()') FROM jsonb_path_query('"12:34 -01:30"', '$.datetime("HH24:MI TZH:TZM")') v;

SELECT v, jsonb_path_query('"12:34+05"', '$.datetime("HH24:MITZH").type()') FROM jsonb_path_query('"12:34+05"', '$.datetime("HH24:MITZH")') v;

SELECT v, jsonb_path_query('"12:34 +05:20"', '$.datetime("HH24:MI TZH:TZM").type()') FROM jsonb_path_query('"12:34 +05:20"', '$.datetime("HH24:MI TZH:TZM")') v;

SELECT v, jsonb_path_query('"10-03-2017 12:34"', '$.datetime("dd-mm-yyyy HH24:MI").type()') FROM jsonb_path_query('"10-03-2017 12:34"', '$.datetime("dd-mm-yyyy HH24:MI")') v;

SELECT v, jsonb_path_query('"10-03-2017 12:34 +05"', '$.datetime("dd-mm-yyyy HH24:MI TZH").type()') FROM jsonb_path_query('"10-03-2017 12:34 +05"', '$.datetime("dd-mm-yyyy HH24:MI TZH")') v;

SELECT v, jsonb_path_query('"10-03-2017 12:34 +05:20"', '$.datetime("dd-mm-yyyy HH24:MI TZH:TZM").type()') FROM jsonb_path_query('"10-03-2017 12:34 +05:20"', '$.datetime("dd-mm-yyyy HH24:MI TZH:TZM")') v;

SELECT v, jsonb_path_query('"10-03-2017 12:34 -05:20"', '$.datetime("dd-mm-yyyy HH24:MI TZH:TZM").type()') FROM jsonb_path_query('"10-03-2017 12:34 -05:20"', '$.datetime("dd-mm-yyyy HH24:MI TZH:TZM")') v;

SELECT v, jsonb_path_query('"10-03-2017t12:34"', '$.datetime("dd-mm-yyyy\"t\"HH24:MI").type()') FROM jsonb_path_query('"10-03-2017t12:34"', '$.datetime("dd-mm-yyyy\"t\"HH24:MI")') v;

SELECT v, jsonb_path_query('"2017-03-10T12:34:56"', '$.datetime("YYYY-MM-DD\"T\"HH24:MI:SS").type()') FROM jsonb_path_query('"2017-03-10T12:34:56"', '$.datetime("YYYY-MM-DD\"T\"HH24:MI:SS")') v;

SELECT v, jsonb_path_query('"2017x03"', '$.datetime("YYYY\"x\"MM").type()') FROM jsonb_path_query('"2017x03"', '$.datetime("YYYY\"x\"MM")') v;

SELECT v, jsonb_path_query('"10-03-2017  "', '$.datetime("dd-mm-yyyy").type()') FROM jsonb_path_query('"10-03-2017  "', '$.datetime("dd-mm-yyyy")') v;

SELECT v, jsonb_path_query('"2017''03"', '$.datetime("YYYY''MM").type()') FROM jsonb_path_query('"2017''03"', '$.datetime("YYYY''MM")') v;

SELECT v, jsonb_path_query('"2017;03"', '$.datetime("YYYY;MM").type()') FROM jsonb_path_query('"2017;03"', '$.datetime("YYYY;MM")') v;

SELECT v, jsonb_path_query('"2017/03,04"', '$.datetime("YYYY/MM,DD").type()') FROM jsonb_path_query('"2017/03,04"', '$.datetime("YYYY/MM,DD")') v;

SELECT jsonb_path_query('"10-03-2017 12:34"', '$.datetime("dd-mm-yyyy")');

SELECT jsonb_path_query('"10-03-2017"', '$.datetime("dd-mm-yyyy HH24")');

SELECT jsonb_path_query('"10-03-2017"', '$.datetime("dd-mm-yyyy TZH")');

SELECT jsonb_path_query('"10-03-2017 05"', '$.datetime("dd-mm-yyyy TZH")');

SELECT jsonb_path_query('"12:34"', '$.datetime("HH24:MI TZH")');

SELECT jsonb_path_query('"10-03-2017 12:34"', '$.datetime("dd-mm-yyyy HH24:MI TZH")');

SELECT jsonb_path_query('"10-03-2017t12:34:56"', '$.datetime("dd-mm-yyyy\"T\"HH24:MI:SS")');

SELECT jsonb_path_query('"10-03-2017T12:34:56"', '$.datetime("dd-mm-yyyyTHH24:MI:SS")');

SELECT jsonb_path_query('"10_03"', '$.datetime("dd_mm")');

SELECT jsonb_path_query('"10/03"', '$.datetime("dd-mm")');

SELECT jsonb_path_query('" 10-03"', '$.datetime("dd-mm")');

SELECT jsonb_path_query('"aa"', '$.datetime("HH24")');

SELECT jsonb_path_query('"bogus"', '$.datetime("bogus")');

SELECT jsonb_path_query('""', '$.datetime("")');

SELECT jsonb_path_query('""', '$.datetime("dd")');

SELECT jsonb_path_query('"12"', '$.datetime("\"12\"")');

SELECT jsonb_path_query('"32-01-2017"', '$.datetime("dd-mm-yyyy")');

SELECT jsonb_path_query('"30-02-2017"', '$.datetime("dd-mm-yyyy")');

SELECT jsonb_path_query('"13:00 pm"', '$.datetime("HH12:MI pm")');

SELECT jsonb_path_query('"25:00"', '$.datetime("HH24:MI")');

SELECT jsonb_path_query('"12:00 +16:00"', '$.datetime("HH24:MI TZH:TZM")');

SELECT jsonb_path_query('"9999999-01-01"', '$.datetime("YYYY-MM-DD")');

SELECT jsonb_path_query('"5874897-12-31"', '$.datetime("YYYY-MM-DD")');

SELECT jsonb_path_query('"300000-01-01 00:00"', '$.datetime("YYYY-MM-DD HH24:MI")');

SELECT jsonb_path_query('"300000-01-01 00:00 +00"', '$.datetime("YYYY-MM-DD HH24:MI TZH")');

SELECT jsonb_path_query('"2017-2018"', '$.datetime("YYYY-YYYY")');

SELECT jsonb_path_query('"2017-10-10"', '$.datetime("IYYY-MM-DD")');

SELECT jsonb_path_query('"12 UTC"', '$.datetime("HH24 TZ")');

SELECT jsonb_path_query('12', '$.datetime("HH24")');

SELECT jsonb_path_query('[]', 'strict $.datetime("HH24")');

SELECT jsonb_path_query('["10-03-2017", "x", 1, null]', '$[*].datetime("dd-mm-yyyy")', silent => true);

SELECT jsonb_path_query('["10-03-2017", "11-03-2017", "bogus"]', '$[*] ? (@.datetime("dd-mm-yyyy") > "10-03-2017".datetime("dd-mm-yyyy"))');

SELECT jsonb_path_query('["10-03-2017", "bogus"]', '$[*] ? ((@.datetime("dd-mm-yyyy") < "11-03-2017".datetime("dd-mm-yyyy")) is unknown)');

SELECT '"10_03"' @? '$.datetime("dd_mm")';

SELECT '"10-04"' @? '$.datetime("dd/mm")';

SELECT jsonb_path_exists('"10-03-2017 12:34"', '$.datetime("dd-mm-yyyy HH24:MI") ? (@ < "11-03-2017".datetime("dd-mm-yyyy"))');

SELECT jsonb_path_exists('"10-03-2017 12:34 +01"', '$.datetime("dd-mm-yyyy HH24:MI TZH") ? (@ < "11-03-2017".datetime("dd-mm-yyyy"))');

SELECT jsonb_path_exists_tz('"10-03-2017 12:34 +01"', '$.datetime("dd-mm-yyyy HH24:MI TZH") ? (@ < "11-03-2017".datetime("dd-mm-yyyy"))');


create table h (a int, b int);

insert into h values (0, 1), (1, 2);

SELECT 1 AS one FROM h WHERE 1/a = 1 HAVING 1 < 2;

SELECT 1 AS one FROM h WHERE 1/a = 1 HAVING 1 > 2;

SELECT 1 AS one FROM h WHERE false HAVING true;

SELECT 1 AS one FROM h WHERE 1/a = 1 group by ();

SELECT 1 AS one FROM h WHERE 1/a = 1 group by grouping sets ((), ());

SELECT count(*) FROM h WHERE a > 0 HAVING 1 < 2;

SELECT 1 AS one FROM h, h h2 WHERE h.a = h2.a HAVING random() < 2;

SELECT 1 AS one FROM nosuch HAVING 1 < 2;

SELECT 1 AS one FROM (select 1/a from h) x HAVING 1 < 2;

select (select 1 from h h2 having h.a > 0) from h order by a;

select a from h order by a fetch first null rows with ties;

create view hv as select a from h order by a fetch first null rows with ties;

create view hv as select a from h order by a fetch first (null+1) rows with ties;

select pg_get_viewdef('hv');

select * from hv;

select a from h union select b from h order by a fetch first null rows with ties;

select a from h order by a fetch first null rows only;

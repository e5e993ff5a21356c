create table ct (f1 int primary key, f2 text);

create view vu as select f1 from ct union all select f1 from ct;

select * from (select f1 from ct union all select f1 from ct) x for update;

select * from vu for update;

select * from (select f1 from ct group by f1) x for update;

select * from (select distinct f1 from ct) x for update;

select * from (select f1 from ct intersect select f1 from ct) x for update of x;

select * from (values (1)) x(a) for update;

select * from (select * from (values (1)) x(a)) y for update;

with w as (select * from ct) select * from w for update;

with w as (select * from ct) select * from w for update of w;

select * from (select f1 from ct where f1 in (select f1 from ct)) x for update;

select f1 from ct group by f1 for update;

select 1 from ct group by () for update;

select count(*) from ct for share;

select 1 from ct having true for update;

select 1 from ct group by grouping sets ((), (f1)) for update;

select f1 from ct group by f1 having count(*) > 1 for update;

select * from (select count(*) from ct having count(*) > 0) x for update;

select * from (select row_number() over () from ct) x for update;

select * from (select generate_series(1,2) from ct) x for key share;

select * from (select * from (select f1 from ct except select 1) x) y, ct for update of ct;

select * from (select * from (select f1 from ct except select 1) x) y, ct for update of y;

select * from ct where f1 in (select f1 from ct union select 1) for update;

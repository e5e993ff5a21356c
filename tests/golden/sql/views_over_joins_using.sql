create table tt9 (x int, xx int, y int);

create table tt10 (x int, z int, zz int);

create view vv5 as select x,y,z from tt9 join tt10 using(x);

create view vv6 as select x,y from tt9 full join tt10 using(x);

create view vv7 as select j.y from (tt9 join tt10 using(x)) as j;

create view vv8 as select * from tt9 natural join tt10;

create view vv9 as select j from (tt9 join tt10 using(x)) as j;

alter table tt9 drop column y;

alter table tt9 drop column x;

alter table tt10 drop column x;

alter table tt10 drop column z;

drop view vv8, vv9;

alter table tt9 drop column xx;

alter table tt10 drop column zz;

select pg_get_viewdef('vv5'), pg_get_viewdef('vv6'), pg_get_viewdef('vv7');

alter table tt9 drop column y;

alter table tt10 drop column x cascade;

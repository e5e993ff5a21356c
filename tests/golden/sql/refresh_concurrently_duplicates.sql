create table mvs(a int, b text);

insert into mvs values (1, 'x');

create materialized view m as select * from mvs;

create unique index on m(a);

refresh materialized view concurrently m;

insert into mvs values (1, 'y');

refresh materialized view m;

insert into mvs values (1, 'x');

refresh materialized view concurrently m;

refresh materialized view m;

truncate mvs;

insert into mvs values (null, 'x'), (null, 'x'), (2, null), (3, 'a b');

refresh materialized view concurrently m;

select * from m order by a, b;

insert into mvs values (3, 'a b');

refresh materialized view concurrently m;

select * from m order by a, b;

create table ct (f1 int, f2 text);

insert into ct values (1,'one'),(2,'two'),(3,'three');

create table pk (id int primary key, v int);

insert into pk select i, i*10 from generate_series(1,5) i;

begin;

declare c1 cursor for select * from ct;

fetch 2 from c1;

delete from ct where current of c1;

select * from ct order by 1;

fetch all from c1;

move backward all in c1;

fetch all from c1;

delete from ct where current of c1;

rollback;

begin;

declare c1 cursor for select f2 from ct where f1 > 1 for update;

fetch c1;

update ct set f1 = f1 * 10 where current of c1 returning *;

update ct set f1 = f1 + 1 where current of c1 returning *;

fetch relative 0 from c1;

rollback;

begin;

declare c1 cursor for select f2 from ct where f1 > 1 for update;

fetch c1;

savepoint a;

update ct set f2 = 'x' where current of c1 returning *;

fetch backward c1;

rollback to a;

update ct set f2 = f2||'x' where current of c1 returning *;

select * from ct order by 1;

delete from ct where current of c1;

delete from ct where current of c1;

update ct set f1 = 0 where current of c1;

rollback;

begin;

declare c1 cursor for select v, id from pk where v > 10 order by id;

fetch 2 from c1;

update pk set id = 100 where current of c1 returning *;

update pk set id = 101, v = 1 where current of c1 returning *;

delete from pk where current of c1 returning *;

select * from pk order by 1;

rollback;

begin;

declare c1 cursor for select * from ct a, ct b where a.f1 = b.f1 - 1;

savepoint a;

fetch c1;

update ct set f1 = 1 where current of c1;

rollback to a;

declare c2 cursor for select * from ct a, ct b where a.f1 = b.f1 - 1 for update;

fetch 1 from c2;

savepoint b;

update ct set f1 = 1 where current of c2;

rollback to b;

declare c3 cursor for select a.f1, b.f2 from ct a, ct b where a.f1 = b.f1 - 1 and a.f1 = 1 for share of b;

fetch 1 from c3;

update ct set f2 = 'new' where current of c3 returning *;

rollback;

delete from ct where current of nosuch;

begin;

declare cx cursor with hold for select * from ct;

fetch cx;

update ct set f2 = 'h' where current of cx returning *;

commit;

delete from ct where current of cx;

close cx;

truncate ct;

insert into ct values (1,'one'),(2,'two'),(3,'three');

begin;

declare c cursor for select * from pk;

savepoint a;

delete from ct where current of c;

rollback to a;

declare d cursor for select f1, count(*) from ct where f1 = 3 group by f1;

fetch d;

savepoint b;

delete from ct where current of d;

rollback to b;

declare e cursor for select * from ct;

savepoint x;

delete from ct where current of e;

rollback to x;

move all from e;

savepoint y;

delete from ct where current of e;

rollback;

begin;

declare s scroll cursor for select * from ct for update;

rollback;

begin;

declare s insensitive cursor for select * from ct for share;

rollback;

begin;

declare s cursor for select * from pk for share;

delete from ct where current of s;

rollback;

create view cv as select * from ct;

begin;

declare c cursor for select * from cv;

fetch c;

delete from cv where current of c;

rollback;

begin;

declare a1 cursor for select 1;

declare a2 cursor for select * from ct;

declare a3 cursor for select * from ct order by f1;

declare a4 cursor for select count(*) from ct;

declare a5 cursor for select * from ct a, ct b;

declare a6 cursor for select * from ct union all select * from ct;

declare a7 cursor for select * from ct union select * from ct;

declare a8 cursor for select * from ct for update;

declare a9 cursor for select * from generate_series(1,3);

declare a10 cursor for values (1),(2);

declare a11 cursor for select * from (select f1 from ct limit 2) x;

declare a12 cursor for select distinct f1 from ct;

declare a13 cursor for select a.f1 from ct a join pk on a.f1 = id order by v + 1;

declare a14 cursor for select row_number() over () from ct;

declare a15 cursor for select generate_series(1,2) from ct;

declare a16 cursor for select f1 from ct limit 1;

declare a17 cursor for with w as (select * from ct) select * from w;

declare a18 scroll cursor for select count(*) from ct;

declare a19 no scroll cursor for select * from ct;

select name, is_scrollable from pg_cursors order by 1;

fetch 2 from a5;

savepoint a;

fetch backward from a5;

rollback to a;

fetch absolute 1 from a5;

rollback;

begin;

declare c cursor for select * from pk;

fetch 3 from c;

update pk set v = 0 where current of c and id = 1;

rollback;

create table there_and_back (id int primary key, v text);

insert into there_and_back values (1, 'a'), (2, 'b');

begin;

declare c cursor for select * from there_and_back order by id;

fetch c;

update there_and_back set id = 100 where current of c;

update there_and_back set id = 1 where current of c;

update there_and_back set v = v || '!' where current of c;

update there_and_back set id = 100 where current of c;

fetch c;

update there_and_back set id = 1 where current of c;

update there_and_back set v = v || '?' where current of c;

select * from there_and_back order by id;

rollback;

drop table there_and_back;

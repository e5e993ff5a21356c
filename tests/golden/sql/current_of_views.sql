create table ct (f1 int primary key, f2 text);

insert into ct values (1,'one'),(2,'two'),(3,'three');

create table heap (a int, b text);

insert into heap values (1,'one'),(2,'two'),(3,'three');

create view v as select f2 as name, f1 as id from ct where f1 > 1;

create view vv as select upper(name) as n from v;

create view vh as select b from heap;

create view joined as select c.f2, h.b from ct c join heap h on h.a = c.f1;

create view grouped as select b, count(*) from heap group by b;

create view sorted as select a, b from heap order by b;

create view limited as select a, b from heap limit 2;

begin;

declare c cursor for select * from v;

fetch c;

update ct set f2 = 'x' where current of c returning *;

fetch c;

delete from ct where current of c returning *;

table ct;

rollback;

begin;

declare c cursor for select n from vv;

fetch 2 from c;

update ct set f1 = 30 where current of c returning *;

update ct set f1 = 31, f2 = 'again' where current of c returning *;

rollback;

begin;

declare c cursor for select n from vv where n like 'TH%';

fetch c;

delete from ct where current of c returning *;

rollback;

begin;

declare c cursor for select n from vv for update;

fetch 2 from c;

update ct set f2 = f2 || '!' where current of c returning *;

rollback;

begin;

declare c cursor for select n from vv order by n desc for update;

fetch c;

update ct set f2 = f2 || '!' where current of c returning *;

rollback;

begin;

declare c cursor for select b from vh order by b desc;

fetch c;

update heap set b = 'x' where current of c returning *;

rollback;

begin;

declare c cursor for select * from joined;

fetch c;

savepoint a;

update ct set f2 = 'x' where current of c;

rollback to a;

declare d cursor for select * from joined order by f2 for update;

fetch 2 from d;

update ct set f2 = f2 || '?' where current of d returning *;

update heap set b = b || '?' where current of d returning *;

rollback;

begin;

declare c cursor for select * from joined for update of joined;

fetch c;

delete from heap where current of c returning a;

rollback;

begin;

declare c cursor for select * from grouped order by 1;

fetch c;

savepoint a;

update heap set b = 'x' where current of c;

rollback to a;

declare d cursor for select * from sorted;

fetch d;

savepoint a;

update heap set b = 'x' where current of d;

rollback to a;

declare e cursor for select b from limited;

fetch 2 from e;

update heap set b = 'x' where current of e returning *;

update ct set f2 = 'x' where current of e returning *;

rollback;

begin;

declare c cursor for select s.name, h.a from (select * from v for update) s, heap h where h.a = s.id and h.a = 3;

fetch c;

update ct set f2 = f2 || '~' where current of c returning *;

savepoint a;

update heap set b = '' where current of c;

rollback to a;

declare d cursor for select x.name, y.name from v x, v y where x.id < y.id for update;

fetch d;

update ct set f2 = '' where current of d;

rollback;

begin;

declare c cursor for select x.name, y.name from v x, v y where x.id < y.id for update of x;

fetch c;

update ct set f2 = f2 || '~' where current of c returning *;

rollback;

begin;

declare c cursor for select * from (select * from (select a + 1 as a1, b from heap where a > 1) x where b <> '') y where a1 > 3;

fetch c;

update heap set b = 'deep' where current of c returning *;

fetch c;

update heap set b = 'deep' where current of c returning *;

rollback;

begin;

declare c cursor for select n from vv;

savepoint a;

update ct set f2 = '' where current of c;

rollback to a;

update heap set b = '' where current of c;

rollback;

begin;

declare c scroll cursor for select b from vh;

fetch all from c;

fetch prior from c;

update heap set b = 'last' where current of c returning *;

fetch first from c;

update heap set b = 'first' where current of c returning *;

select * from heap order by a;

rollback;

begin;

declare c cursor for select x.a, l.b from heap x, lateral (select b from heap y where y.a = x.a + 1 for update) l where x.a = 1;

fetch c;

update heap set b = b || '+' where current of c returning *;

rollback;

begin;

declare c cursor for select * from (select random() as r, b from heap) x;

move 2 from c;

update heap set b = b || '+' where current of c returning *;

rollback;

begin;

declare c cursor for select (select max(f2) from ct) as m, b from vh;

move 2 from c;

update heap set b = b || '+' where current of c returning *;

savepoint a;

update ct set f2 = '' where current of c;

rollback;

begin;

declare c cursor for select id, ctid is null as x from (select f1 as id, f2 as ctid from ct) s where id = 2;

fetch c;

update ct set f1 = f1 + 10 where current of c returning *;

fetch next from c;

rollback;

begin;

declare c cursor with hold for select * from v;

fetch c;

update ct set f2 = 'held' where current of c returning *;

commit;

update ct set f2 = 'held' where current of c;

select * from ct order by 1;

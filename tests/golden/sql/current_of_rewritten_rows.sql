create table pk (id int primary key, v text);

insert into pk values (1, 'one'), (2, 'two'), (3, 'three');

begin;

declare c cursor for select * from pk order by id;

fetch c;

delete from pk where id = 1;

update pk set v = 'none' where current of c;

insert into pk values (1, 'new');

update pk set v = 'none' where current of c;

delete from pk where current of c;

fetch c;

update pk set v = 'two!' where current of c;

update pk set v = v || '!' where id = 2;

update pk set v = v || '!' where current of c returning *;

select * from pk order by id;

rollback;

begin;

declare c cursor for select * from pk order by id for update;

fetch 2 from c;

delete from pk where current of c;

savepoint a;

insert into pk values (2, 'new');

delete from pk where current of c;

rollback to a;

delete from pk where current of c;

select * from pk order by id;

rollback;

begin;

insert into pk values (0, 'own');

delete from pk where id = 3;

insert into pk values (3, 'again');

declare c cursor for select * from pk order by id;

fetch c;

update pk set v = 'mine' where current of c returning *;

savepoint a;

delete from pk where id = 0;

insert into pk values (0, 'other');

update pk set v = 'mine' where current of c returning *;

rollback to a;

update pk set v = 'still mine' where current of c returning *;

release a;

move 3 from c;

update pk set v = v || '!' where current of c returning *;

delete from pk where id = 3;

savepoint b;

insert into pk values (3, 'another');

release b;

update pk set v = v || '!' where current of c returning *;

select * from pk order by id;

rollback;

begin;

savepoint a;

declare c cursor for select * from pk order by id;

fetch c;

update pk set id = 100 where current of c;

insert into pk values (1, 'new');

update pk set v = v || '?' where current of c returning *;

delete from pk where id = 100;

insert into pk values (100, 'other');

update pk set v = v || '?' where current of c returning *;

release a;

delete from pk where current of c;

select * from pk order by id;

rollback;

begin;

declare c cursor for select * from pk order by id;

fetch c;

insert into pk values (1, 'conflict') on conflict (id) do update set v = excluded.v;

update pk set v = v || '+' where current of c returning *;

merge into pk using (values (1)) s(i) on id = i when matched then delete;

insert into pk values (1, 'merged');

update pk set v = v || '+' where current of c returning *;

rollback;

begin;

declare c cursor for select * from pk;

fetch c;

truncate pk;

rollback;

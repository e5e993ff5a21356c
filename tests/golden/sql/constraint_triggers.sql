create table pk (a int primary key deferrable, b int unique deferrable, c int unique deferrable initially deferred, d int unique);

create table f1 (a int, b int references pk(d) on delete cascade on update cascade deferrable initially deferred, c int references pk(d) on delete set null on update set default, d int references pk(d) on delete restrict on update restrict deferrable, e int references pk(d) deferrable initially deferred);

select tgrelid::regclass, conname, regexp_replace(tgname, '\d+$', 'n') as name, tgfoid::regproc, tgtype, tgenabled, tgisinternal, tgconstrrelid::regclass, tgconstrindid::regclass, tgdeferrable, tginitdeferred, tgnargs, tgattr, tgargs, tgqual, tgparentid from pg_trigger t join pg_constraint c on c.oid = tgconstraint order by tgrelid::regclass::text, conname, tgfoid;

select relname, relhastriggers from pg_class where relname in ('pk', 'f1') order by 1;

select count(*) from information_schema.triggers;

select tgname = 'RI_ConstraintTrigger_a_' || oid from pg_trigger where tgfoid = '"RI_FKey_noaction_del"'::regproc;

drop table f1;

select tgfoid::regproc from pg_trigger order by tgfoid;

drop table pk;

select count(*) from pg_trigger;

create schema gone;

alter default privileges in schema gone grant select on tables to public;

create table gone.t (a int);

drop schema gone cascade;

select count(*) from pg_default_acl;

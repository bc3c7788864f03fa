create extension citext;
create table team (id int primary key, name text not null, boss int);
create table member (
    id int primary key, team_id int references team, name text, email text, age int, city citext,
    tags text[], data jsonb, born date, key uuid, backup_of int references member
);
create table document (id int primary key, team_id int, author_id int references member, title text not null, secret text, state text, score int, max_score int);
create table grant_of (member_id int, document_id int, primary key (member_id, document_id));
create table switch (name text primary key, is_on boolean);
insert into team values (1, 'red', 10), (2, 'blue', 12), (3, 'empty', null);
insert into member values
    (10, 1, 'Ann', 'ann@x', 30, 'Paris', '{a,b}', '{"level": 1}', '1990-01-01', '00000000-0000-0000-0000-000000000001', null),
    (11, 1, 'Bob', 'bob@x', 20, 'paris', '{b}', '{"level": 2}', '2000-01-01', null, 10),
    (12, 2, 'Cy', null, null, 'Rome', '{}', null, null, null, 11),
    (13, null, 'Di', 'di@x', 40, null, null, '{"level": 1}', null, null, null);
insert into document values
    (100, 1, 10, 'Plan', 's1', 'public', 5, 5), (101, 1, 11, 'Draft', 's2', 'draft', 3, 9),
    (102, 2, 12, 'Blue', 's3', 'public', null, 4), (103, null, 13, 'Lone', 's4', 'draft', 9, 1);
insert into grant_of values (10, 102), (13, 101);
insert into switch values ('open', false), ('night', true);
create function member_label(m member) returns text language sql stable as $$ select m.name || '/' || m.id $$;

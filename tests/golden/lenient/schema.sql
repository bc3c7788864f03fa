create table author (id int primary key, name text not null, data jsonb, born date, ratio float8, flag boolean);
create table article (id int primary key, author_id int not null references author, title text);
insert into author (id, name) values (1, 'Ada'), (2, 'Brian');

create table author (id int primary key, name text not null, secret text, born date);
create table article (id int primary key, author_id int not null references author, title text, score int);
create table hidden (id int primary key);
create function author_label(a author) returns text language sql stable as $$ select a.name $$;
create function find(term text, many int default 10) returns setof article language sql stable as
    $$ select * from article where title like term limit many $$;
comment on table author is 'Who writes';
comment on column author.name is 'The pen name';
comment on function find(text, int) is 'Looks for articles';

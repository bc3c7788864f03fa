create table author (id int primary key, name text, rank int);
create table article (id int primary key, author_id int references author, title text, score int, price numeric);
create function author_label(a author) returns text language sql stable as
    $$ select upper(a.name) || a.id $$;
create function author_articles(a author) returns setof article language sql stable as
    $$ select * from article where author_id = a.id $$;
insert into author values (1, 'b', 2), (2, 'a', null), (3, null, 1), (4, 'a', 3);
insert into article values
    (10, 1, 'x', 5, 1.5), (11, 1, 'y', null, 2), (12, 2, 'z', 7, 0.5), (13, 4, 'w', 1, 9), (14, null, 'v', 3, 3);

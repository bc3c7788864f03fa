create table author (id int primary key, first text, last text);
create table article (id int primary key, author_id int, title text, hidden boolean default false);
insert into author values (1, 'Ada', 'Lovelace'), (2, 'Alan', null);
insert into article values (10, 1, 'One', false), (11, 1, 'Two', true), (12, 2, 'Three', false);
create function full_name(a author) returns text language sql stable as
    $$ select a.first || ' ' || coalesce(a.last, '?') $$;
create function greeting(word text, a author, mark text default '!') returns text language sql stable as
    $$ select word || ' ' || a.first || mark $$;
create function seen_by(a author, session json) returns text language sql stable as
    $$ select coalesce(session ->> 'x-hasura-user-id', 'nobody') || ' sees ' || a.first $$;
create function works(a author) returns setof article language sql stable as
    $$ select * from article where author_id = a.id $$;
create function works_like(a author, pattern text default '%') returns setof article language sql stable as
    $$ select * from article where author_id = a.id and title like pattern $$;
create function details(a author) returns jsonb language sql stable as
    $$ select jsonb_build_object('name', a.first, 'parts', jsonb_build_array(a.first, a.last)) $$;
comment on function full_name(author) is 'First and last name';

create table article (id int primary key, title text, owner int, score int);
insert into article values (1, 'alpha', 1, 5), (2, 'beta', 2, 3), (3, 'alphabet', 2, 9), (4, 'gamma', 1, null);
create function search(term text, low int default 0, high int default 100) returns setof article
    language sql stable as
    $$ select * from article where title like '%' || term || '%' and coalesce(score, 0) between low and high order by id $$;
create function mine(session json) returns setof article language sql stable as
    $$ select * from article where owner = (session ->> 'x-hasura-user-id')::int $$;
create function best() returns article language sql stable as
    $$ select * from article order by score desc nulls last limit 1 $$;
create function nothing() returns article language sql stable as $$ select null::article $$;
create function unnamed(text, int default 1) returns setof article language sql stable as
    $$ select * from article where title like $1 limit $2 $$;
create function listed(ids int[]) returns setof article language sql stable as
    $$ select * from article where id = any (ids) $$;
create function restricted() returns setof article language sql stable as $$ select * from article $$;
create schema other;
create function other.all_of_them() returns setof article language sql stable as $$ select * from article $$;
comment on function search(text, int, int) is 'Finds articles';

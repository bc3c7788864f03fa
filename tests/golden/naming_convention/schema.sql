create table user_level (value text primary key, comment text);
insert into user_level values ('basic_user', 'Nothing special'), ('chief', null);
create table user_data (user_id int primary key, first_name text constraint first_names_differ unique,
    user_level text references user_level, is_new boolean);
insert into user_data values (1, 'Ada', 'chief', true), (2, 'Brian', 'basic_user', false), (3, 'Cyd', 'basic_user', true);
create function find_user(search_text text) returns setof user_data language sql stable as
    $$ select * from user_data where first_name like '%' || search_text || '%' order by user_id $$;
create function find_other(search_text text) returns setof user_data language sql stable as
    $$ select * from user_data where first_name not like '%' || search_text || '%' order by user_id $$;
create function newest_user() returns user_data language sql stable as
    $$ select * from user_data order by user_id desc limit 1 $$;
create function greeting(who user_data, some_word text) returns text language sql stable as
    $$ select some_word || ' ' || who.first_name $$;

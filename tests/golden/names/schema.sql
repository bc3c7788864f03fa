create schema odd;
create table "Mixed Case" (id int primary key);
create table odd."select" ("order" int primary key, "from" text, "t1" int, "root" text, "quo""te" text, "9lives" int, "dash-ed" int, "ünïcode" int, "Upper" int);
create table a_table_with_a_name_that_is_as_long_as_postgresql_lets_it_be_ (
    id int primary key,
    a_column_with_a_name_that_is_as_long_as_postgresql_lets_it_be_1 int,
    a_column_with_a_name_that_is_as_long_as_postgresql_lets_it_be_2 int
);
insert into "Mixed Case" values (1);
insert into odd."select" values (1, 'f', 2, 'r', 'q', 9, 5, 6, 7);
insert into a_table_with_a_name_that_is_as_long_as_postgresql_lets_it_be_ values (1, 2, 3);
do $$ begin
    execute 'create table many (id int primary key, ' ||
        (select string_agg(format('c%s int default %s', i, i), ', ' order by i) from generate_series(1, 120) i) || ')';
    insert into many (id) values (1), (2);
end $$;
create table custom (id int primary key, first_name text, parent_id int references custom);
insert into custom values (1, 'x', null), (2, 'y', 1);

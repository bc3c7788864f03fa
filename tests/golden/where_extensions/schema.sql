create extension citext;
create extension ltree;
create extension hstore;
create table node (id int primary key, path ltree, name citext, extra hstore);
insert into node values
    (1, 'top', 'Top', 'a=>1'),
    (2, 'top.science', 'SCIENCE', null),
    (3, 'top.science.astronomy', 'astronomy', 'b=>NULL, c=>"x y"'),
    (4, 'top.hobbies', 'Hobbies', ''),
    (5, null, null, null);

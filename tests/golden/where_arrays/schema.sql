create table post (id int primary key, tags text[], marks int[], grid int[][]);
insert into post values
    (1, '{red,green}', '{1,2,3}', '{{1,2},{3,4}}'),
    (2, '{}', '{3}', '{}'),
    (3, '{"a b",null,"q\"c","{x}"}', null, null),
    (4, null, '{null}', null);

create table item (id int primary key, data jsonb, plain json);
insert into item values
    (1, '{"a": 1, "b": {"c": [1, 2]}, "tags": ["x", "y"]}', '{"z": 1, "a": 2}'),
    (2, '{"a": 2, "b": null}', '[1]'),
    (3, '["x", "a"]', null),
    (4, '"text"', '"text"'),
    (5, 'null', 'null'),
    (6, null, null);

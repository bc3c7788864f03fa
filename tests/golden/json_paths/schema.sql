create table item (id int primary key, data jsonb, plain json);
insert into item values
    (1, '{"a": {"b": [10, {"c d": "deep"}], "$x": 1}, "0": "zero", "quote\"s": 2, "null": null}', '{"k": [1, 2]}'),
    (2, '[1, [2, 3]]', '"text"'),
    (3, null, null);

-- Categories, suppliers, products and what is in the warehouses. Every start gives the same rows.
INSERT INTO categories (id, parent_id, slug, name, position) VALUES
    (1, NULL, 'camping', 'Camping', 1),
    (2, NULL, 'hiking', 'Hiking', 2),
    (3, NULL, 'climbing', 'Climbing', 3),
    (4, NULL, 'paddling', 'Paddling', 4),
    (5, 1, 'tents', 'Tents', 1),
    (6, 1, 'sleeping-bags', 'Sleeping bags', 2),
    (7, 1, 'stoves', 'Stoves', 3),
    (8, 2, 'boots', 'Boots', 1),
    (9, 2, 'backpacks', 'Backpacks', 2),
    (10, 2, 'jackets', 'Jackets', 3),
    (11, 3, 'ropes', 'Ropes', 1),
    (12, 3, 'harnesses', 'Harnesses', 2),
    (13, 4, 'canoes', 'Canoes', 1),
    (14, 4, 'dry-bags', 'Dry bags', 2),
    (15, 5, 'tunnel-tents', 'Tunnel tents', 1),
    (16, 5, 'dome-tents', 'Dome tents', 2);

INSERT INTO suppliers (id, name, country, contact_email, lead_time, active)
SELECT
    n,
    (ARRAY['Fjellvik', 'Granit', 'Bergwerk', 'Tarn & Sons', 'Lumen', 'Oak River', 'Halla', 'Cairn'])[n],
    (ARRAY['NO', 'SE', 'DE', 'GB', 'FR', 'IE', 'FI', 'GB'])[n],
    'orders@' || (ARRAY['fjellvik', 'granit', 'bergwerk', 'tarn', 'lumen', 'oakriver', 'halla', 'cairn'])[n] || '.example',
    make_interval(days => 7 + n * 3),
    n <> 8
FROM generate_series(1, 8) AS n;

INSERT INTO tags (id, name)
SELECT n, (ARRAY[
    'ultralight', 'winter', 'family', 'vegan', 'recycled', 'waterproof', 'beginner', 'expedition',
    'women', 'men', 'kids', 'new', 'sale', 'bestseller', 'repairable', 'local'
])[n]
FROM generate_series(1, 16) AS n;

INSERT INTO products (
    id, category_id, supplier_id, slug, name, description, state, price, purchase_price,
    materials, attributes, launched_on, created_at
)
SELECT
    n,
    category.id,
    1 + n % 8,
    category.slug || '-' || n,
    model || ' ' || category.one,
    format('The %s is our %s for %s days outside.', model, lower(category.one), 2 + n % 9),
    (CASE WHEN n % 17 = 0 THEN 'discontinued' WHEN n % 13 = 0 THEN 'draft' ELSE 'active' END)::product_state,
    price,
    round(price * (45 + n % 20) / 100, 2),
    (ARRAY['nylon', 'polyester', 'wool', 'aluminium', 'leather', 'cotton'])[1 + n % 4 : 2 + n % 4],
    jsonb_build_object(
        'weight_g', 200 + (n * 137) % 3800,
        'waterproof', n % 3 = 0,
        'guarantee', jsonb_build_object('years', 2 + n % 4, 'worldwide', n % 2 = 0),
        'uses', (ARRAY['["tour", "travel"]', '["tour"]', '["travel", "city", "bike"]'])[1 + n % 3]::jsonb
    ),
    date '2021-03-01' + n * 7,
    timestamptz '2021-02-01 08:00:00+00' + make_interval(days => n * 7)
FROM generate_series(1, 160) AS n
CROSS JOIN LATERAL (
    SELECT
        (ARRAY['Aurora', 'Birk', 'Corvus', 'Delta', 'Elva', 'Fjord', 'Glimt', 'Hauk', 'Isbre', 'Jern'])[1 + n % 10]
            || ' ' || (n / 10 + 1) AS model,
        round((19 + (n * 89) % 480)::numeric - 0.05, 2) AS price
) AS made
JOIN (VALUES
    (0, 15, 'tunnel-tents', 'Tunnel tent'), (1, 16, 'dome-tents', 'Dome tent'),
    (2, 6, 'sleeping-bags', 'Sleeping bag'), (3, 7, 'stoves', 'Stove'), (4, 8, 'boots', 'Boots'),
    (5, 9, 'backpacks', 'Backpack'), (6, 10, 'jackets', 'Jacket'), (7, 11, 'ropes', 'Rope'),
    (8, 12, 'harnesses', 'Harness'), (9, 13, 'canoes', 'Canoe'), (10, 14, 'dry-bags', 'Dry bag')
) AS category (turn, id, slug, one) ON category.turn = n % 11;

INSERT INTO product_variants (id, product_id, sku, size, colour, own_price)
SELECT
    row_number() OVER (ORDER BY p.id, turn),
    p.id,
    format('%s-%s', 10000 + p.id, turn),
    (ARRAY['S', 'M', 'L', 'XL'])[turn],
    (ARRAY['moss', 'slate', 'rust', 'sand', 'sky'])[1 + (p.id + turn) % 5],
    CASE WHEN turn = 4 THEN p.price + 10 END
FROM products p
CROSS JOIN generate_series(1, 4) AS turn
WHERE turn <= 1 + p.id % 4;

INSERT INTO product_tags (product_id, tag_id)
SELECT p.id, tag
FROM products p
CROSS JOIN generate_series(1, 16) AS tag
WHERE (p.id * 7 + tag * 5) % 6 = 0;

INSERT INTO inventory.warehouses (id, name, city, country, location) VALUES
    (1, 'North', 'Gothenburg', 'SE', '(11.97,57.71)'),
    (2, 'Centre', 'Leipzig', 'DE', '(12.37,51.34)'),
    (3, 'West', 'Lille', 'FR', '(3.06,50.63)');

INSERT INTO inventory.stock_levels (warehouse_id, variant_id, on_hand, reserved, reorder_at, counted_at)
SELECT
    w.id,
    v.id,
    10 + (v.id * 13 + w.id * 7) % 60,
    (v.id + w.id) % 8,
    5 + v.id % 10,
    timestamptz '2024-01-02 06:00:00+00' + make_interval(days => v.id % 120)
FROM inventory.warehouses w
CROSS JOIN product_variants v
WHERE (v.id + w.id) % 3 <> 0;

SELECT setval(pg_get_serial_sequence('categories', 'id'), (SELECT max(id) FROM categories));
SELECT setval(pg_get_serial_sequence('suppliers', 'id'), (SELECT max(id) FROM suppliers));
SELECT setval(pg_get_serial_sequence('tags', 'id'), (SELECT max(id) FROM tags));
SELECT setval(pg_get_serial_sequence('products', 'id'), (SELECT max(id) FROM products));
SELECT setval(pg_get_serial_sequence('product_variants', 'id'), (SELECT max(id) FROM product_variants));
SELECT setval(pg_get_serial_sequence('inventory.warehouses', 'id'), (SELECT max(id) FROM inventory.warehouses));

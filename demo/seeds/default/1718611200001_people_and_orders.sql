-- Employees, customers and two years of orders. Needs the catalogue.
INSERT INTO employees (id, email, first_name, last_name, title, manager_id, hired_on, salary)
SELECT
    n,
    lower(first_name) || '@shop.example',
    first_name,
    (ARRAY['Lindqvist', 'Moreau', 'Becker', 'Walsh', 'Nyberg', 'Rossi', 'Kowalska', 'Silva'])[1 + n % 8],
    CASE WHEN n = 1 THEN 'Managing director' WHEN n <= 3 THEN 'Team lead' WHEN n % 2 = 0 THEN 'Customer care' ELSE 'Warehouse' END,
    CASE WHEN n = 1 THEN NULL WHEN n <= 3 THEN 1 ELSE 2 + n % 2 END,
    date '2016-01-04' + n * 91,
    CASE WHEN n = 1 THEN 98000 WHEN n <= 3 THEN 64000 ELSE 36000 + n * 450 END
FROM generate_series(1, 14) AS n
CROSS JOIN LATERAL (SELECT (ARRAY[
    'Astrid', 'Bruno', 'Clara', 'Daniel', 'Elin', 'Felix', 'Greta',
    'Hugo', 'Ines', 'Jonas', 'Karla', 'Liam', 'Mona', 'Nils'
])[n] AS first_name) AS named;

INSERT INTO customers (id, email, first_name, last_name, phone, date_of_birth, language, newsletter, preferences, created_at)
SELECT
    n,
    format('customer%s@mail.example', n),
    (ARRAY['Anna', 'Ben', 'Chloé', 'David', 'Emma', 'Finn', 'Gül', 'Henri', 'Ida', 'Jakub', 'Kaja', 'Luca'])[1 + n % 12],
    (ARRAY['Andersen', 'Bauer', 'Costa', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Hansen', 'Ivanova', 'Jansen', 'Kelly'])[1 + n % 11],
    CASE WHEN n % 3 = 0 THEN '+49 30 ' || 100000 + n * 37 END,
    date '1955-05-05' + (n * 911) % 18000,
    (ARRAY['en', 'de', 'fr', 'sv'])[1 + n % 4],
    n % 2 = 0,
    jsonb_build_object(
        'shoe_size', 36 + n % 11,
        'sports', (ARRAY['["hiking"]', '["climbing", "hiking"]', '["paddling"]', '[]'])[1 + n % 4]::jsonb,
        'notices', jsonb_build_object('mail', n % 2 = 0, 'sms', n % 5 = 0)
    ),
    timestamptz '2021-06-01 10:00:00+00' + make_interval(hours => n * 61)
FROM generate_series(1, 220) AS n;

INSERT INTO addresses (id, customer_id, label, street, postal_code, city, country, is_default)
SELECT
    row_number() OVER (ORDER BY turn, n),
    n,
    (ARRAY['home', 'work'])[turn],
    format('%s %s', (ARRAY['Harbour Street', 'Birch Lane', 'Mill Road', 'Station Square', 'Hill View'])[1 + (n + turn) % 5], 1 + (n * 7) % 120),
    lpad(((n * 409 + turn) % 99999)::text, 5, '0'),
    (ARRAY['Oslo', 'Hamburg', 'Lyon', 'Leeds', 'Uppsala', 'Graz', 'Ghent'])[1 + n % 7],
    (ARRAY['NO', 'DE', 'FR', 'GB', 'SE', 'AT', 'BE'])[1 + n % 7],
    turn = 1
FROM generate_series(1, 220) AS n
CROSS JOIN generate_series(1, 2) AS turn
WHERE turn = 1 OR n % 3 = 0;

INSERT INTO coupons (code, description, percent, valid, category_ids, max_uses) VALUES
    ('WELCOME10', 'For the first order', 10, '[2022-01-01,2026-01-01)', '{}', NULL),
    ('SPRING15', 'Off to the hills', 15, '[2024-03-01,2024-05-01)', '{8,9,10}', 500),
    ('SUMMER20', 'Everything for the tent', 20, '[2024-06-01,2024-09-01)', '{5,6,7,15,16}', 300),
    ('PADDLE5', NULL, 5, '[2023-04-01,2024-10-01)', '{13,14}', NULL);

INSERT INTO orders (
    id, customer_id, status, shipping_address_id, billing_address_id, coupon_code, handled_by, gift_note, placed_at, created_at
)
SELECT
    n,
    customer,
    status,
    customer,
    customer,
    CASE WHEN n % 9 = 0 THEN 'WELCOME10' WHEN n % 31 = 0 THEN 'PADDLE5' END,
    CASE WHEN status <> 'cart' THEN 4 + 2 * (n % 5) END,
    CASE WHEN n % 23 = 0 THEN 'Happy birthday!' END,
    CASE WHEN status <> 'cart' THEN created + interval '20 minutes' END,
    created
FROM generate_series(1, 1000) AS n
CROSS JOIN LATERAL (
    SELECT
        1 + (n * 17) % 220 AS customer,
        timestamptz '2022-07-01 09:00:00+00' + make_interval(hours => n * 17, mins => (n * 29) % 60) AS created,
        CASE
            WHEN n > 985 THEN 'cart'
            WHEN n % 29 = 0 THEN 'cancelled'
            WHEN n % 37 = 0 THEN 'returned'
            WHEN n > 970 THEN 'placed'
            WHEN n > 950 THEN 'paid'
            WHEN n > 920 THEN 'shipped'
            ELSE 'delivered'
        END AS status
) AS made;

INSERT INTO order_lines (order_id, line, variant_id, quantity, unit_price, discount)
SELECT
    o.id,
    line,
    v.id,
    quantity,
    coalesce(v.own_price, p.price),
    CASE WHEN o.coupon_code IS NULL THEN 0 ELSE round(quantity * coalesce(v.own_price, p.price) / 10, 2) END
FROM orders o
CROSS JOIN generate_series(1, 5) AS line
CROSS JOIN LATERAL (SELECT 1 + ((o.id + line) % 3)::integer AS quantity) AS chosen
JOIN product_variants v ON v.id = 1 + (o.id * 31 + line * 97) % (SELECT count(*) FROM product_variants)
JOIN products p ON p.id = v.product_id
WHERE line <= 1 + o.id % 5;

INSERT INTO payments (id, order_id, method, amount, paid_at, provider_reference, provider_data)
SELECT
    md5('payment ' || o.id)::uuid,
    o.id,
    (ARRAY['card', 'invoice', 'bank_transfer', 'gift_card'])[1 + o.id % 4]::payment_method,
    t.total,
    o.placed_at + make_interval(hours => (o.id % 48)::integer),
    'pay_' || substr(md5(o.id::text), 1, 12),
    CASE WHEN o.id % 4 = 0 THEN jsonb_build_object('brand', 'visa', 'risk', (o.id % 10) / 10.0) END
FROM orders o
JOIN order_totals t ON t.order_id = o.id
WHERE o.status IN ('paid', 'shipped', 'delivered', 'returned');

INSERT INTO payments (id, order_id, method, amount, paid_at, provider_reference)
SELECT md5('refund ' || order_id)::uuid, order_id, method, -amount, paid_at + interval '20 days', provider_reference
FROM payments p
JOIN orders o ON o.id = p.order_id
WHERE o.status = 'returned';

INSERT INTO shipments (id, order_id, warehouse_id, carrier, tracking_number, shipped_at, delivered_at)
SELECT
    row_number() OVER (ORDER BY o.id),
    o.id,
    1 + o.id % 3,
    (ARRAY['Postbud', 'Rapid', 'Green Wheels'])[1 + o.id % 3],
    format('%s%s', (ARRAY['PB', 'RA', 'GW'])[1 + o.id % 3], 7000000 + o.id * 13),
    o.placed_at + interval '2 days',
    CASE WHEN o.status <> 'shipped' THEN o.placed_at + make_interval(days => 3 + (o.id % 5)::integer) END
FROM orders o
WHERE o.status IN ('shipped', 'delivered', 'returned');

INSERT INTO reviews (id, product_id, customer_id, rating, title, body, approved, created_at)
SELECT
    row_number() OVER (ORDER BY bought.product_id, bought.customer_id),
    bought.product_id,
    bought.customer_id,
    rating,
    (ARRAY['Sent back', 'Not for me', 'Does what it should', 'Very good', 'My best one yet'])[rating],
    CASE WHEN bought.product_id % 3 <> 0 THEN format('Used it on %s tours so far.', 1 + bought.customer_id % 20) END,
    (bought.product_id + bought.customer_id) % 10 <> 0,
    bought.placed_at + interval '30 days'
FROM (
    SELECT v.product_id, o.customer_id, min(o.placed_at) AS placed_at
    FROM orders o
    JOIN order_lines l ON l.order_id = o.id
    JOIN product_variants v ON v.id = l.variant_id
    WHERE o.status = 'delivered'
    GROUP BY v.product_id, o.customer_id
) AS bought
CROSS JOIN LATERAL (
    SELECT (ARRAY[5, 4, 4, 3, 5, 2, 4, 5, 1])[1 + (bought.product_id * 5 + bought.customer_id) % 9] AS rating
) AS judged
WHERE (bought.product_id * 3 + bought.customer_id) % 4 = 0;

INSERT INTO wishlist_items (customer_id, product_id, note, added_at)
SELECT
    c.id,
    1 + (c.id * 11 + turn * 43) % 160,
    CASE WHEN turn = 1 THEN 'for the summer' END,
    c.created_at + make_interval(days => turn)
FROM customers c
CROSS JOIN generate_series(1, 3) AS turn
WHERE turn <= c.id % 4;

INSERT INTO order_notes (id, order_id, author_id, body, labels, created_at)
SELECT
    row_number() OVER (ORDER BY o.id),
    o.id,
    o.handled_by,
    (ARRAY['Customer called, wants another address.', 'Checked the payment by hand.', 'Packed as a gift.'])[1 + o.id % 3],
    (ARRAY['{call,address}', '{payment}', '{gift}'])[1 + o.id % 3]::text[],
    o.placed_at + interval '5 hours'
FROM orders o
WHERE o.id % 8 = 0 AND o.handled_by IS NOT NULL;

INSERT INTO inventory.stock_movements (warehouse_id, variant_id, quantity, reason, moved_at, moved_by)
SELECT s.warehouse_id, s.variant_id, s.on_hand, 'delivery', s.counted_at, 5 + 2 * (s.variant_id % 5)
FROM inventory.stock_levels s
ORDER BY s.warehouse_id, s.variant_id;

SELECT setval(pg_get_serial_sequence('employees', 'id'), (SELECT max(id) FROM employees));
SELECT setval(pg_get_serial_sequence('customers', 'id'), (SELECT max(id) FROM customers));
SELECT setval(pg_get_serial_sequence('addresses', 'id'), (SELECT max(id) FROM addresses));
SELECT setval(pg_get_serial_sequence('orders', 'id'), (SELECT max(id) FROM orders));
SELECT setval(pg_get_serial_sequence('shipments', 'id'), (SELECT max(id) FROM shipments));
SELECT setval(pg_get_serial_sequence('reviews', 'id'), (SELECT max(id) FROM reviews));
SELECT setval(pg_get_serial_sequence('order_notes', 'id'), (SELECT max(id) FROM order_notes));

REFRESH MATERIALIZED VIEW product_sales;

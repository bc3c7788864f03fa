CREATE VIEW order_totals AS
SELECT
    o.id AS order_id,
    o.customer_id,
    count(l.line) AS lines,
    coalesce(sum(l.quantity), 0) AS pieces,
    coalesce(sum(l.total), 0) AS total,
    coalesce((SELECT sum(p.amount) FROM payments p WHERE p.order_id = o.id), 0) AS paid
FROM orders o
LEFT JOIN order_lines l ON l.order_id = o.id
GROUP BY o.id;
COMMENT ON VIEW order_totals IS 'What each order amounts to, and what of it is paid';

CREATE MATERIALIZED VIEW product_sales AS
SELECT
    v.product_id,
    date_trunc('month', o.placed_at AT TIME ZONE 'UTC')::date AS month,
    sum(l.quantity) AS pieces,
    sum(l.total) AS revenue
FROM order_lines l
JOIN orders o ON o.id = l.order_id
JOIN product_variants v ON v.id = l.variant_id
WHERE o.status IN ('paid', 'shipped', 'delivered')
GROUP BY v.product_id, month
WITH DATA;
CREATE UNIQUE INDEX product_sales_product_id_month ON product_sales (product_id, month);
COMMENT ON MATERIALIZED VIEW product_sales IS 'Sales by product and month, as of the last refresh';

DROP MATERIALIZED VIEW product_sales;
DROP VIEW order_totals;

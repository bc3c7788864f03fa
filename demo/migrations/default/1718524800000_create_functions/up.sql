CREATE FUNCTION customer_full_name(customer customers) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT customer.first_name || ' ' || customer.last_name
$$;
COMMENT ON FUNCTION customer_full_name IS 'First and last name';

CREATE FUNCTION product_average_rating(product products) RETURNS numeric
LANGUAGE sql STABLE AS $$
    SELECT round(avg(rating), 2) FROM reviews WHERE product_id = product.id AND approved
$$;
COMMENT ON FUNCTION product_average_rating IS 'Of the approved reviews; nothing without any';

CREATE FUNCTION product_on_my_wishlist(product products, hasura_session json) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM wishlist_items
        WHERE product_id = product.id
            AND customer_id = (hasura_session ->> 'x-hasura-user-id')::bigint
    )
$$;
COMMENT ON FUNCTION product_on_my_wishlist IS 'Whether the customer who asks has wished for it';

CREATE FUNCTION product_related(product products, at_most integer DEFAULT 5) RETURNS SETOF products
LANGUAGE sql STABLE AS $$
    SELECT other.*
    FROM products other
    JOIN (
        SELECT theirs.product_id, count(*) AS common
        FROM product_tags mine
        JOIN product_tags theirs USING (tag_id)
        WHERE mine.product_id = product.id AND theirs.product_id <> product.id
        GROUP BY theirs.product_id
    ) shared ON shared.product_id = other.id
    ORDER BY shared.common DESC, other.id
    LIMIT at_most
$$;
COMMENT ON FUNCTION product_related IS 'Products that share most tags with it';

CREATE FUNCTION search_products(search text, max_price numeric DEFAULT NULL) RETURNS SETOF products
LANGUAGE sql STABLE AS $$
    SELECT *
    FROM products
    WHERE (name ILIKE '%' || search || '%' OR description ILIKE '%' || search || '%')
        AND (max_price IS NULL OR price <= max_price)
$$;
COMMENT ON FUNCTION search_products IS 'Products with a word in their name or description';

CREATE FUNCTION my_recent_orders(hasura_session json, since date DEFAULT NULL) RETURNS SETOF orders
LANGUAGE sql STABLE AS $$
    SELECT *
    FROM orders
    WHERE customer_id = (hasura_session ->> 'x-hasura-user-id')::bigint
        AND (since IS NULL OR placed_at >= since)
    ORDER BY placed_at DESC NULLS FIRST
$$;
COMMENT ON FUNCTION my_recent_orders IS 'The orders of the customer who asks, newest first';

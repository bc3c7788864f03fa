DROP FUNCTION my_recent_orders;
DROP FUNCTION search_products;
DROP FUNCTION product_related;
DROP FUNCTION product_on_my_wishlist;
DROP FUNCTION product_average_rating;
DROP FUNCTION customer_full_name;

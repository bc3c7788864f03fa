DROP TABLE order_notes;
DROP TABLE wishlist_items;
DROP TABLE reviews;

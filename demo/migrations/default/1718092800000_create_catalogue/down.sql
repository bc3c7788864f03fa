DROP TABLE product_tags;
DROP TABLE tags;
DROP TABLE product_variants;
DROP TABLE products;
DROP TABLE suppliers;
DROP TABLE categories;
DROP TYPE product_state;

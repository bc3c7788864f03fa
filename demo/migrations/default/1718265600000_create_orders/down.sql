DROP TABLE shipments;
DROP TABLE payments;
DROP TYPE payment_method;
DROP TABLE order_lines;
DROP TABLE orders;
DROP TABLE coupons;
DROP TABLE order_status;

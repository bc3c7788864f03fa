DROP TABLE employees;
DROP TABLE addresses;
DROP TABLE customers;

DROP TABLE inventory.stock_movements;
DROP TABLE inventory.stock_levels;
DROP TABLE inventory.warehouses;
DROP SCHEMA inventory;

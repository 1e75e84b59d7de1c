-- What amounts of contracts stand for.

ALTER TABLE instruments {{on_cluster}} RENAME COLUMN IF EXISTS settle TO settle_currency;
ALTER TABLE instruments {{on_cluster}} ADD COLUMN IF NOT EXISTS contract_unit Nullable(String) AFTER contract_size;
ALTER TABLE instruments {{on_cluster}} ADD COLUMN IF NOT EXISTS base_multiplier Nullable(Decimal(38, 18)) AFTER contract_unit;

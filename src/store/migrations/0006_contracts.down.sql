ALTER TABLE instruments {{on_cluster}} DROP COLUMN IF EXISTS base_multiplier;
ALTER TABLE instruments {{on_cluster}} DROP COLUMN IF EXISTS contract_unit;
ALTER TABLE instruments {{on_cluster}} RENAME COLUMN IF EXISTS settle_currency TO settle;

ALTER TABLE gaps {{on_cluster}} DROP COLUMN IF EXISTS missing_ids;

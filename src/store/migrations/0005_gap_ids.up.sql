-- Which trades are missing, not only how many.

ALTER TABLE gaps {{on_cluster}} ADD COLUMN IF NOT EXISTS missing_ids Nullable(String) CODEC(ZSTD(1)) AFTER missing;

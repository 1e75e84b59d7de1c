ALTER TABLE venue_states {{on_cluster}} DROP COLUMN IF EXISTS latency_p99;
ALTER TABLE venue_states {{on_cluster}} DROP COLUMN IF EXISTS latency_p90;
ALTER TABLE venue_states {{on_cluster}} DROP COLUMN IF EXISTS latency_p50;
ALTER TABLE venue_states {{on_cluster}} DROP COLUMN IF EXISTS latency_minimum;
DROP TABLE IF EXISTS coverages {{on_cluster}} SYNC;

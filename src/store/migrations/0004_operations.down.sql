DROP TABLE IF EXISTS rejected_events {{on_cluster}} SYNC;
DROP TABLE IF EXISTS ingestion_statistics {{on_cluster}} SYNC;

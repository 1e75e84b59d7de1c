DROP TABLE IF EXISTS gaps {{on_cluster}} SYNC;
DROP TABLE IF EXISTS feed_states {{on_cluster}} SYNC;
DROP TABLE IF EXISTS venue_states {{on_cluster}} SYNC;
DROP TABLE IF EXISTS instruments {{on_cluster}} SYNC;

DROP TABLE IF EXISTS book_snapshots {{on_cluster}} SYNC;
DROP TABLE IF EXISTS book_updates {{on_cluster}} SYNC;
DROP TABLE IF EXISTS tickers {{on_cluster}} SYNC;
DROP TABLE IF EXISTS quotes {{on_cluster}} SYNC;
DROP TABLE IF EXISTS trades {{on_cluster}} SYNC;

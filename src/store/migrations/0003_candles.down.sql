DROP VIEW IF EXISTS candles_view {{on_cluster}} SYNC;
DROP TABLE IF EXISTS candles {{on_cluster}} SYNC;

DROP TABLE IF EXISTS instrument_status {{on_cluster}} SYNC;
DROP TABLE IF EXISTS option_summaries {{on_cluster}} SYNC;
DROP TABLE IF EXISTS liquidations {{on_cluster}} SYNC;
DROP TABLE IF EXISTS open_interest {{on_cluster}} SYNC;
DROP TABLE IF EXISTS mark_prices {{on_cluster}} SYNC;
DROP TABLE IF EXISTS funding {{on_cluster}} SYNC;
DROP TABLE IF EXISTS venue_candles {{on_cluster}} SYNC;

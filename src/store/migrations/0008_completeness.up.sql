-- What was watched since when, and how long venues' messages take.

CREATE TABLE IF NOT EXISTS coverages {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    channel LowCardinality(String),
    since DateTime64(6, 'UTC'),
    until DateTime64(6, 'UTC'),
    symbol LowCardinality(String),
    source LowCardinality(String),
    receive_time DateTime64(6, 'UTC')
)
ENGINE = {{engine ReplacingMergeTree(until)}}
ORDER BY (venue, instrument, channel, since)
SETTINGS {{deduplication}};

ALTER TABLE venue_states {{on_cluster}} ADD COLUMN IF NOT EXISTS latency_minimum Nullable(Int64) AFTER simulated;
ALTER TABLE venue_states {{on_cluster}} ADD COLUMN IF NOT EXISTS latency_p50 Nullable(Int64) AFTER latency_minimum;
ALTER TABLE venue_states {{on_cluster}} ADD COLUMN IF NOT EXISTS latency_p90 Nullable(Int64) AFTER latency_p50;
ALTER TABLE venue_states {{on_cluster}} ADD COLUMN IF NOT EXISTS latency_p99 Nullable(Int64) AFTER latency_p90;

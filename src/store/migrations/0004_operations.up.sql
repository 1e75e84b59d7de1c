-- What the platform says of its own work.

CREATE TABLE IF NOT EXISTS ingestion_statistics {{on_cluster}}
(
    consumer LowCardinality(String),
    topic LowCardinality(String),
    from_position UInt64 CODEC(Delta, ZSTD(1)),
    to_position UInt64 CODEC(Delta, ZSTD(1)),
    written_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    records UInt32,
    rows Map(LowCardinality(String), UInt64) CODEC(ZSTD(1)),
    duplicate_trades UInt32,
    rejected UInt32,
    lag UInt64 CODEC(ZSTD(1)),
    duration UInt64 CODEC(ZSTD(1))
)
ENGINE = {{engine MergeTree()}}
PARTITION BY toYYYYMM(written_at)
ORDER BY (consumer, topic, written_at, from_position)
TTL toDateTime(written_at) + INTERVAL 30 DAY
SETTINGS {{deduplication}};

CREATE TABLE IF NOT EXISTS rejected_events {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    receive_time DateTime64(6, 'UTC'),
    tape_position UInt64,
    tape_index UInt32,
    message_type LowCardinality(String),
    reason String CODEC(ZSTD(1)),
    envelope String CODEC(ZSTD(1))
)
ENGINE = {{engine MergeTree()}}
PARTITION BY toYYYYMM(receive_time)
ORDER BY (venue, instrument, receive_time, tape_position, tape_index)
SETTINGS {{deduplication}};

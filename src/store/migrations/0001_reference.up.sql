-- What is known of venues, instruments and feeds, and where the tape is not whole.

CREATE TABLE IF NOT EXISTS instruments {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    kind LowCardinality(String),
    base LowCardinality(String),
    quote LowCardinality(String),
    settle Nullable(String),
    contract_size Nullable(Decimal(38, 18)),
    tick_size Nullable(Decimal(38, 18)),
    lot_size Nullable(Decimal(38, 18)),
    minimum_amount Nullable(Decimal(38, 18)),
    status LowCardinality(String),
    listed_at Nullable(DateTime64(6, 'UTC')),
    expires_at Nullable(DateTime64(6, 'UTC')),
    updated_at DateTime64(6, 'UTC')
)
ENGINE = {{engine ReplacingMergeTree(updated_at)}}
ORDER BY (venue, instrument)
SETTINGS {{deduplication}};

CREATE TABLE IF NOT EXISTS venue_states {{on_cluster}}
(
    venue LowCardinality(String),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    tape_position UInt64 CODEC(Delta, ZSTD(1)),
    tape_index UInt32 CODEC(ZSTD(1)),
    state LowCardinality(String),
    reason String CODEC(ZSTD(1)),
    connections_open UInt32,
    connections_planned UInt32,
    instruments UInt32,
    simulated Bool
)
ENGINE = {{engine MergeTree()}}
PARTITION BY toYYYYMM(receive_time)
ORDER BY (venue, receive_time, tape_position, tape_index)
SETTINGS {{deduplication}};

CREATE TABLE IF NOT EXISTS feed_states {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    channel LowCardinality(String),
    symbol LowCardinality(String),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    tape_position UInt64 CODEC(Delta, ZSTD(1)),
    tape_index UInt32 CODEC(ZSTD(1)),
    state LowCardinality(String),
    reason String CODEC(ZSTD(1)),
    last_message_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    last_sequence Nullable(String) CODEC(ZSTD(1)),
    resyncs UInt32
)
ENGINE = {{engine MergeTree()}}
PARTITION BY toYYYYMM(receive_time)
ORDER BY (venue, instrument, channel, receive_time, tape_position, tape_index)
SETTINGS {{deduplication}};

CREATE TABLE IF NOT EXISTS gaps {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    channel LowCardinality(String),
    id String,
    revision UInt32,
    symbol LowCardinality(String),
    from_time DateTime64(6, 'UTC'),
    to_time Nullable(DateTime64(6, 'UTC')),
    cause LowCardinality(String),
    state LowCardinality(String),
    missing Nullable(Int64),
    evidence String CODEC(ZSTD(1)),
    receive_time DateTime64(6, 'UTC')
)
ENGINE = {{engine ReplacingMergeTree(revision)}}
ORDER BY (venue, instrument, channel, id)
SETTINGS {{deduplication}};

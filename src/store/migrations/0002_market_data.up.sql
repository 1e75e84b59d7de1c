-- The tape: trades, quotes, tickers, books.

CREATE TABLE IF NOT EXISTS trades {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    ordinal UInt64 CODEC(Delta, ZSTD(1)),
    id_kind Enum8('number' = 0, 'text' = 1, 'none' = 2),
    id_text String CODEC(ZSTD(1)),
    price Decimal(38, 18) CODEC(GCD, ZSTD(1)),
    amount Decimal(38, 18) CODEC(GCD, ZSTD(1)),
    side Enum8('unknown' = 0, 'buy' = 1, 'sell' = 2) CODEC(ZSTD(1)),
    exchange_timed Bool,
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    backlog Bool,
    id Nullable(String) ALIAS multiIf(id_kind = 'number', toString(ordinal), id_kind = 'text', id_text, NULL),
    exchange_time Nullable(DateTime64(6, 'UTC')) ALIAS if(exchange_timed, time, NULL)
)
ENGINE = {{engine MergeTree()}}
PARTITION BY toYYYYMM(time)
ORDER BY (venue, instrument, time, ordinal)
SETTINGS {{deduplication}}, index_granularity = 2048;

CREATE TABLE IF NOT EXISTS quotes {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    tape_position UInt64 CODEC(Delta, ZSTD(1)),
    tape_index UInt32 CODEC(ZSTD(1)),
    exchange_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    bid_price Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    bid_amount Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    ask_price Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    ask_amount Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    sequence Nullable(Int64) CODEC(ZSTD(1))
)
ENGINE = {{engine MergeTree()}}
PARTITION BY toMonday(receive_time)
ORDER BY (venue, instrument, receive_time, tape_position, tape_index)
SETTINGS {{deduplication}}, index_granularity = 2048, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS tickers {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    tape_position UInt64 CODEC(Delta, ZSTD(1)),
    tape_index UInt32 CODEC(ZSTD(1)),
    exchange_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    last Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    open Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    high Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    low Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    volume Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    quote_volume Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1))
)
ENGINE = {{engine MergeTree()}}
PARTITION BY toMonday(receive_time)
ORDER BY (venue, instrument, receive_time, tape_position, tape_index)
SETTINGS {{deduplication}}, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS book_updates {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    tape_position UInt64 CODEC(Delta, ZSTD(1)),
    tape_index UInt32 CODEC(ZSTD(1)),
    exchange_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    kind Enum8('snapshot' = 0, 'update' = 1),
    bids Array(Tuple(Decimal(38, 18), Decimal(38, 18))) CODEC(GCD, ZSTD(1)),
    asks Array(Tuple(Decimal(38, 18), Decimal(38, 18))) CODEC(GCD, ZSTD(1)),
    sequence Nullable(Int64) CODEC(ZSTD(1))
)
ENGINE = {{engine MergeTree()}}
PARTITION BY toDate(receive_time)
ORDER BY (venue, instrument, receive_time, tape_position, tape_index)
SETTINGS {{deduplication}}, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS book_snapshots {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    tape_position UInt64 CODEC(Delta, ZSTD(1)),
    tape_index UInt32 CODEC(ZSTD(1)),
    exchange_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    bids Array(Tuple(Decimal(38, 18), Decimal(38, 18))) CODEC(GCD, ZSTD(1)),
    asks Array(Tuple(Decimal(38, 18), Decimal(38, 18))) CODEC(GCD, ZSTD(1)),
    sequence Nullable(Int64) CODEC(ZSTD(1))
)
ENGINE = {{engine MergeTree()}}
PARTITION BY toDate(receive_time)
ORDER BY (venue, instrument, receive_time, tape_position, tape_index)
SETTINGS {{deduplication}}, ttl_only_drop_parts = 1;

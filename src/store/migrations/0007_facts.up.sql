-- What venues say of an instrument beside trades, quotes, books and tickers. Rows of one (venue, instrument, time, fact) are
-- one fact, however often it was delivered: the one that was received last counts.

CREATE TABLE IF NOT EXISTS venue_candles {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    fact UInt64 CODEC(ZSTD(1)),
    exchange_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    interval LowCardinality(String),
    open_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    open Decimal(38, 18) CODEC(GCD, ZSTD(1)),
    high Decimal(38, 18) CODEC(GCD, ZSTD(1)),
    low Decimal(38, 18) CODEC(GCD, ZSTD(1)),
    close Decimal(38, 18) CODEC(GCD, ZSTD(1)),
    volume Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    quote_volume Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    trades Nullable(Int64) CODEC(ZSTD(1)),
    is_closed Bool
)
ENGINE = {{engine ReplacingMergeTree(receive_time)}}
PARTITION BY toYYYYMM(time)
ORDER BY (venue, instrument, time, fact)
SETTINGS {{deduplication}}, index_granularity = 2048, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS funding {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    fact UInt64 CODEC(ZSTD(1)),
    exchange_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    rate Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    predicted_rate Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    funding_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    interval_seconds Nullable(Int64) CODEC(ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(receive_time)}}
PARTITION BY toYYYYMM(time)
ORDER BY (venue, instrument, time, fact)
SETTINGS {{deduplication}}, index_granularity = 2048, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS mark_prices {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    fact UInt64 CODEC(ZSTD(1)),
    exchange_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    mark_price Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    index_price Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(receive_time)}}
PARTITION BY toMonday(time)
ORDER BY (venue, instrument, time, fact)
SETTINGS {{deduplication}}, index_granularity = 2048, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS open_interest {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    fact UInt64 CODEC(ZSTD(1)),
    exchange_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    open_interest Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    value Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(receive_time)}}
PARTITION BY toYYYYMM(time)
ORDER BY (venue, instrument, time, fact)
SETTINGS {{deduplication}}, index_granularity = 2048, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS liquidations {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    fact UInt64 CODEC(ZSTD(1)),
    exchange_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    id Nullable(String) CODEC(ZSTD(1)),
    price Decimal(38, 18) CODEC(GCD, ZSTD(1)),
    amount Decimal(38, 18) CODEC(GCD, ZSTD(1)),
    side Enum8('unknown' = 0, 'buy' = 1, 'sell' = 2) CODEC(ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(receive_time)}}
PARTITION BY toYYYYMM(time)
ORDER BY (venue, instrument, time, fact)
SETTINGS {{deduplication}}, index_granularity = 2048, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS option_summaries {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    fact UInt64 CODEC(ZSTD(1)),
    exchange_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    mark_price Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    underlying_price Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    mark_volatility Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    bid_volatility Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    ask_volatility Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    delta Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    gamma Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    vega Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    theta Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    rho Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    open_interest Nullable(Decimal(38, 18)) CODEC(GCD, ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(receive_time)}}
PARTITION BY toMonday(time)
ORDER BY (venue, instrument, time, fact)
SETTINGS {{deduplication}}, index_granularity = 2048, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS instrument_status {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    fact UInt64 CODEC(ZSTD(1)),
    exchange_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    status LowCardinality(String),
    venue_status String CODEC(ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(receive_time)}}
PARTITION BY toYYYYMM(time)
ORDER BY (venue, instrument, time, fact)
SETTINGS {{deduplication}}, index_granularity = 2048, ttl_only_drop_parts = 1;

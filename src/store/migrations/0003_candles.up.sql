-- Candles of trades by materialised views. Each interval is kept as aggregate states, so that a late or repaired trade is
-- merged into its candle, and each is computed from the one before it. Open and close are the prices of the smallest and
-- largest (time, ordinal): the key holds both in one number. The product of price and amount is taken in 256 bits,
-- since the engine does not notice when 128 bits overflow.

CREATE TABLE IF NOT EXISTS candles_1s {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    open_time DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    open AggregateFunction(argMin, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    high SimpleAggregateFunction(max, Decimal(38, 18)) CODEC(ZSTD(1)),
    low SimpleAggregateFunction(min, Decimal(38, 18)) CODEC(ZSTD(1)),
    close AggregateFunction(argMax, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    buy_volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    quote_volume SimpleAggregateFunction(sum, Decimal(76, 36)) CODEC(ZSTD(1)),
    trades SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    last_time SimpleAggregateFunction(max, DateTime64(6, 'UTC')) CODEC(Delta, ZSTD(1))
)
ENGINE = {{engine AggregatingMergeTree()}}
PARTITION BY toYYYYMM(open_time)
ORDER BY (venue, instrument, open_time)
SETTINGS {{deduplication}};

CREATE TABLE IF NOT EXISTS candles_1m {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    open_time DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    open AggregateFunction(argMin, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    high SimpleAggregateFunction(max, Decimal(38, 18)) CODEC(ZSTD(1)),
    low SimpleAggregateFunction(min, Decimal(38, 18)) CODEC(ZSTD(1)),
    close AggregateFunction(argMax, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    buy_volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    quote_volume SimpleAggregateFunction(sum, Decimal(76, 36)) CODEC(ZSTD(1)),
    trades SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    last_time SimpleAggregateFunction(max, DateTime64(6, 'UTC')) CODEC(Delta, ZSTD(1))
)
ENGINE = {{engine AggregatingMergeTree()}}
PARTITION BY toYYYYMM(open_time)
ORDER BY (venue, instrument, open_time)
SETTINGS {{deduplication}};

CREATE TABLE IF NOT EXISTS candles_5m {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    open_time DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    open AggregateFunction(argMin, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    high SimpleAggregateFunction(max, Decimal(38, 18)) CODEC(ZSTD(1)),
    low SimpleAggregateFunction(min, Decimal(38, 18)) CODEC(ZSTD(1)),
    close AggregateFunction(argMax, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    buy_volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    quote_volume SimpleAggregateFunction(sum, Decimal(76, 36)) CODEC(ZSTD(1)),
    trades SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    last_time SimpleAggregateFunction(max, DateTime64(6, 'UTC')) CODEC(Delta, ZSTD(1))
)
ENGINE = {{engine AggregatingMergeTree()}}
PARTITION BY toYear(open_time)
ORDER BY (venue, instrument, open_time)
SETTINGS {{deduplication}};

CREATE TABLE IF NOT EXISTS candles_15m {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    open_time DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    open AggregateFunction(argMin, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    high SimpleAggregateFunction(max, Decimal(38, 18)) CODEC(ZSTD(1)),
    low SimpleAggregateFunction(min, Decimal(38, 18)) CODEC(ZSTD(1)),
    close AggregateFunction(argMax, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    buy_volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    quote_volume SimpleAggregateFunction(sum, Decimal(76, 36)) CODEC(ZSTD(1)),
    trades SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    last_time SimpleAggregateFunction(max, DateTime64(6, 'UTC')) CODEC(Delta, ZSTD(1))
)
ENGINE = {{engine AggregatingMergeTree()}}
PARTITION BY toYear(open_time)
ORDER BY (venue, instrument, open_time)
SETTINGS {{deduplication}};

CREATE TABLE IF NOT EXISTS candles_1h {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    open_time DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    open AggregateFunction(argMin, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    high SimpleAggregateFunction(max, Decimal(38, 18)) CODEC(ZSTD(1)),
    low SimpleAggregateFunction(min, Decimal(38, 18)) CODEC(ZSTD(1)),
    close AggregateFunction(argMax, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    buy_volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    quote_volume SimpleAggregateFunction(sum, Decimal(76, 36)) CODEC(ZSTD(1)),
    trades SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    last_time SimpleAggregateFunction(max, DateTime64(6, 'UTC')) CODEC(Delta, ZSTD(1))
)
ENGINE = {{engine AggregatingMergeTree()}}
PARTITION BY toYear(open_time)
ORDER BY (venue, instrument, open_time)
SETTINGS {{deduplication}};

CREATE TABLE IF NOT EXISTS candles_1d {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    open_time DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    open AggregateFunction(argMin, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    high SimpleAggregateFunction(max, Decimal(38, 18)) CODEC(ZSTD(1)),
    low SimpleAggregateFunction(min, Decimal(38, 18)) CODEC(ZSTD(1)),
    close AggregateFunction(argMax, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    buy_volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    quote_volume SimpleAggregateFunction(sum, Decimal(76, 36)) CODEC(ZSTD(1)),
    trades SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    last_time SimpleAggregateFunction(max, DateTime64(6, 'UTC')) CODEC(Delta, ZSTD(1))
)
ENGINE = {{engine AggregatingMergeTree()}}
ORDER BY (venue, instrument, open_time)
SETTINGS {{deduplication}};

CREATE TABLE IF NOT EXISTS candles_1w {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    open_time DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    open AggregateFunction(argMin, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    high SimpleAggregateFunction(max, Decimal(38, 18)) CODEC(ZSTD(1)),
    low SimpleAggregateFunction(min, Decimal(38, 18)) CODEC(ZSTD(1)),
    close AggregateFunction(argMax, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    buy_volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(ZSTD(1)),
    quote_volume SimpleAggregateFunction(sum, Decimal(76, 36)) CODEC(ZSTD(1)),
    trades SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    last_time SimpleAggregateFunction(max, DateTime64(6, 'UTC')) CODEC(Delta, ZSTD(1))
)
ENGINE = {{engine AggregatingMergeTree()}}
ORDER BY (venue, instrument, open_time)
SETTINGS {{deduplication}};

CREATE MATERIALIZED VIEW IF NOT EXISTS candles_1s_view {{on_cluster}} TO candles_1s AS
SELECT
    venue,
    instrument,
    toDateTime(time, 'UTC') AS open_time,
    argMinState(price, bitOr(bitShiftLeft(toUInt128(toUnixTimestamp64Micro(time)), 64), toUInt128(ordinal))) AS open,
    max(price) AS high,
    min(price) AS low,
    argMaxState(price, bitOr(bitShiftLeft(toUInt128(toUnixTimestamp64Micro(time)), 64), toUInt128(ordinal))) AS close,
    sum(toDecimal256(amount, 18)) AS volume,
    sum(if(side = 'buy', toDecimal256(amount, 18), toDecimal256(0, 18))) AS buy_volume,
    sum(toDecimal256(price, 18) * toDecimal256(amount, 18)) AS quote_volume,
    count() AS trades,
    max(trades.time) AS last_time
FROM trades
GROUP BY venue, instrument, open_time;

CREATE MATERIALIZED VIEW IF NOT EXISTS candles_1m_view {{on_cluster}} TO candles_1m AS
SELECT
    venue,
    instrument,
    toStartOfMinute(source.open_time) AS open_time,
    argMinMergeState(source.open) AS open,
    max(source.high) AS high,
    min(source.low) AS low,
    argMaxMergeState(source.close) AS close,
    sum(source.volume) AS volume,
    sum(source.buy_volume) AS buy_volume,
    sum(source.quote_volume) AS quote_volume,
    sum(source.trades) AS trades,
    max(source.last_time) AS last_time
FROM candles_1s AS source
GROUP BY venue, instrument, open_time;

CREATE MATERIALIZED VIEW IF NOT EXISTS candles_5m_view {{on_cluster}} TO candles_5m AS
SELECT
    venue,
    instrument,
    toStartOfFiveMinutes(source.open_time) AS open_time,
    argMinMergeState(source.open) AS open,
    max(source.high) AS high,
    min(source.low) AS low,
    argMaxMergeState(source.close) AS close,
    sum(source.volume) AS volume,
    sum(source.buy_volume) AS buy_volume,
    sum(source.quote_volume) AS quote_volume,
    sum(source.trades) AS trades,
    max(source.last_time) AS last_time
FROM candles_1m AS source
GROUP BY venue, instrument, open_time;

CREATE MATERIALIZED VIEW IF NOT EXISTS candles_15m_view {{on_cluster}} TO candles_15m AS
SELECT
    venue,
    instrument,
    toStartOfFifteenMinutes(source.open_time) AS open_time,
    argMinMergeState(source.open) AS open,
    max(source.high) AS high,
    min(source.low) AS low,
    argMaxMergeState(source.close) AS close,
    sum(source.volume) AS volume,
    sum(source.buy_volume) AS buy_volume,
    sum(source.quote_volume) AS quote_volume,
    sum(source.trades) AS trades,
    max(source.last_time) AS last_time
FROM candles_5m AS source
GROUP BY venue, instrument, open_time;

CREATE MATERIALIZED VIEW IF NOT EXISTS candles_1h_view {{on_cluster}} TO candles_1h AS
SELECT
    venue,
    instrument,
    toStartOfHour(source.open_time) AS open_time,
    argMinMergeState(source.open) AS open,
    max(source.high) AS high,
    min(source.low) AS low,
    argMaxMergeState(source.close) AS close,
    sum(source.volume) AS volume,
    sum(source.buy_volume) AS buy_volume,
    sum(source.quote_volume) AS quote_volume,
    sum(source.trades) AS trades,
    max(source.last_time) AS last_time
FROM candles_15m AS source
GROUP BY venue, instrument, open_time;

CREATE MATERIALIZED VIEW IF NOT EXISTS candles_1d_view {{on_cluster}} TO candles_1d AS
SELECT
    venue,
    instrument,
    toStartOfDay(source.open_time, 'UTC') AS open_time,
    argMinMergeState(source.open) AS open,
    max(source.high) AS high,
    min(source.low) AS low,
    argMaxMergeState(source.close) AS close,
    sum(source.volume) AS volume,
    sum(source.buy_volume) AS buy_volume,
    sum(source.quote_volume) AS quote_volume,
    sum(source.trades) AS trades,
    max(source.last_time) AS last_time
FROM candles_1h AS source
GROUP BY venue, instrument, open_time;

CREATE MATERIALIZED VIEW IF NOT EXISTS candles_1w_view {{on_cluster}} TO candles_1w AS
SELECT
    venue,
    instrument,
    toDateTime(toMonday(source.open_time, 'UTC'), 'UTC') AS open_time,
    argMinMergeState(source.open) AS open,
    max(source.high) AS high,
    min(source.low) AS low,
    argMaxMergeState(source.close) AS close,
    sum(source.volume) AS volume,
    sum(source.buy_volume) AS buy_volume,
    sum(source.quote_volume) AS quote_volume,
    sum(source.trades) AS trades,
    max(source.last_time) AS last_time
FROM candles_1d AS source
GROUP BY venue, instrument, open_time;

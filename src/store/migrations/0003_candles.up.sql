-- Candles of trades by a materialised view, all widths in one table. They are kept as aggregate states, so that a late or
-- repaired trade is merged into its candle. Open and close are the prices of the smallest and the largest
-- (time, ordinal): the key holds both in one number. Trades are put together by the second first, and the seconds then
-- into the wider candles. Products of price and amount are taken in 256 bits, since the engine does not notice when 128
-- bits overflow. Weeks start on Monday, 00:00 UTC.

CREATE TABLE IF NOT EXISTS candles {{on_cluster}}
(
    width UInt32 CODEC(ZSTD(1)),
    venue LowCardinality(String),
    instrument LowCardinality(String),
    open_time DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    open AggregateFunction(argMin, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    high SimpleAggregateFunction(max, Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    low SimpleAggregateFunction(min, Decimal(38, 18)) CODEC(GCD, ZSTD(1)),
    close AggregateFunction(argMax, Decimal(38, 18), UInt128) CODEC(ZSTD(1)),
    volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(GCD, ZSTD(1)),
    buy_volume SimpleAggregateFunction(sum, Decimal(76, 18)) CODEC(GCD, ZSTD(1)),
    quote_volume SimpleAggregateFunction(sum, Decimal(76, 36)) CODEC(GCD, ZSTD(1)),
    trades SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    last_time SimpleAggregateFunction(max, DateTime64(6, 'UTC')) CODEC(Delta, ZSTD(1))
)
ENGINE = {{engine AggregatingMergeTree()}}
PARTITION BY toYYYYMM(open_time)
ORDER BY (width, venue, instrument, open_time)
SETTINGS {{deduplication}}, index_granularity = 1024;

CREATE MATERIALIZED VIEW IF NOT EXISTS candles_view {{on_cluster}} TO candles AS
SELECT
    width,
    venue,
    instrument,
    toDateTime(intDiv(second - if(width = 604800, 345600, 0), width) * width + if(width = 604800, 345600, 0), 'UTC') AS open_time,
    argMinMergeState(first) AS open,
    max(highest) AS high,
    min(lowest) AS low,
    argMaxMergeState(final) AS close,
    sum(amounts) AS volume,
    sum(bought) AS buy_volume,
    sum(turnover) AS quote_volume,
    sum(prints) AS trades,
    max(latest) AS last_time
FROM
(
    SELECT
        venue,
        instrument,
        toUInt32(toUnixTimestamp64Second(time)) AS second,
        argMinState(price, key) AS first,
        max(price) AS highest,
        min(price) AS lowest,
        argMaxState(price, key) AS final,
        sum(toDecimal256(amount, 18)) AS amounts,
        sum(if(side = 'buy', toDecimal256(amount, 18), toDecimal256(0, 18))) AS bought,
        sum(toDecimal256(price, 18) * toDecimal256(amount, 18)) AS turnover,
        count() AS prints,
        max(time) AS latest
    FROM
    (
        SELECT
            venue, instrument, time, price, amount, side,
            bitOr(bitShiftLeft(toUInt128(toUnixTimestamp64Micro(time)), 64), toUInt128(ordinal)) AS key
        FROM trades
    )
    GROUP BY venue, instrument, second
)
ARRAY JOIN [1, 60, 300, 900, 3600, 86400, 604800] AS width
GROUP BY width, venue, instrument, open_time;

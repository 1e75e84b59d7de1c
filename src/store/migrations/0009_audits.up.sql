-- Differences between our trades and what venues say. Rows of one (venue, instrument, time, fact) are one difference.

CREATE TABLE IF NOT EXISTS audits {{on_cluster}}
(
    venue LowCardinality(String),
    instrument LowCardinality(String),
    symbol LowCardinality(String),
    time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    fact UInt64 CODEC(ZSTD(1)),
    exchange_time Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    receive_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    subject LowCardinality(String),
    field LowCardinality(String),
    ours Decimal(38, 18) CODEC(GCD, ZSTD(1)),
    theirs Decimal(38, 18) CODEC(GCD, ZSTD(1)),
    of DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    evidence String CODEC(ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(receive_time)}}
PARTITION BY toYYYYMM(time)
ORDER BY (venue, instrument, time, fact)
SETTINGS {{deduplication}}, index_granularity = 2048, ttl_only_drop_parts = 1;

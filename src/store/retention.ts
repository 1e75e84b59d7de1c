import type { KeepDays } from './store.ts'
import type { StoreClient } from './store-client.ts'

interface TableLife {
  readonly table: string
  /** The time that a row's age is counted from. */
  readonly column: string
  readonly days: number
}

/** Days that reference data of the platform's own work are kept. */
const STATE_DAYS = 90

function lives(keep: KeepDays): readonly TableLife[] {
  return [
    { table: 'trades', column: 'time', days: keep.tradeDays },
    { table: 'quotes', column: 'receive_time', days: keep.quoteDays },
    { table: 'tickers', column: 'receive_time', days: keep.tickerDays },
    { table: 'book_updates', column: 'receive_time', days: keep.bookDays },
    { table: 'book_snapshots', column: 'receive_time', days: keep.bookDays },
    { table: 'venue_candles', column: 'time', days: keep.venueCandleDays },
    { table: 'funding', column: 'time', days: keep.fundingDays },
    { table: 'mark_prices', column: 'time', days: keep.markPriceDays },
    { table: 'open_interest', column: 'time', days: keep.openInterestDays },
    { table: 'liquidations', column: 'time', days: keep.liquidationDays },
    { table: 'option_summaries', column: 'time', days: keep.optionSummaryDays },
    { table: 'instrument_status', column: 'time', days: keep.statusDays },
    { table: 'audits', column: 'time', days: keep.auditDays },
    { table: 'feed_states', column: 'receive_time', days: STATE_DAYS },
    { table: 'venue_states', column: 'receive_time', days: STATE_DAYS },
    { table: 'candles', column: 'open_time', days: keep.candleDays },
  ]
}

const KEPT = /TTL toDateTime\(\w+\) \+ toIntervalDay\((\d+)\)/

/** Applies how long each kind is kept. A table that is right already is left alone: a change rewrites its parts. */
export async function applyRetention(client: StoreClient, keep: KeepDays): Promise<void> {
  const rows = await client.query(
    'SELECT name, engine_full FROM system.tables WHERE database = currentDatabase() AND name IN {tables:Array(String)}',
    { tables: lives(keep).map((life) => life.table) },
  )
  const present = new Map(rows.map((row) => [String(row[0]), KEPT.exec(String(row[1]))?.[1]]))
  const cluster = client.address.cluster
  const where = cluster === undefined ? '' : ` ON CLUSTER '${cluster}'`
  for (const { table, column, days } of lives(keep)) {
    const now = Number(present.get(table) ?? 0)
    if (now === days) continue
    await client.command(
      days === 0
        ? `ALTER TABLE ${table}${where} REMOVE TTL`
        : `ALTER TABLE ${table}${where} MODIFY TTL toDateTime(${column}) + INTERVAL ${days} DAY`,
    )
  }
}

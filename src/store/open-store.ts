import { queryBookAsOf } from './queries/book-as-of.ts'
import { queryCandles } from './queries/candles.ts'
import { queryFacts, queryLatestFacts } from './queries/facts.ts'
import { queryMarkets } from './queries/markets.ts'
import { queryIngestion, queryTableSizes } from './queries/operations.ts'
import { queryCoverages, queryFeeds, queryGaps, queryInstruments, queryVenueStates } from './queries/states.ts'
import { queryQuotes, queryTrades } from './queries/tape.ts'
import { applyRetention } from './retention.ts'
import { type Row, TABLE_NAMES, TABLES, type TableName } from './schema/tables.ts'
import type { Store } from './store.ts'
import type { StoreAddress } from './store-address.ts'
import type { StoreBatch } from './store-batch.ts'
import { StoreClient } from './store-client.ts'
import { TableLines } from './table-lines.ts'

/** Connects to a store. Nothing is asked yet: `ping` tells whether it is there. */
export function openStore(address: StoreAddress): Store {
  const client = new StoreClient(address)
  const insert = <Name extends TableName>(table: Name, rows: readonly Row<Name>[], token: string) =>
    insertRows(client, table, rows, token)
  return {
    insert,
    insertBatch: (batch, range) => insertBatch(client, batch, range),
    trades: (query) => queryTrades(client, query),
    quotes: (query) => queryQuotes(client, query),
    facts: (kind, query) => queryFacts(client, kind, query),
    latestFacts: (kind, since) => queryLatestFacts(client, kind, since),
    candles: (query) => queryCandles(client, query),
    gaps: (query) => queryGaps(client, query),
    coverages: (query) => queryCoverages(client, query),
    feeds: (query = {}) => queryFeeds(client, query),
    venueStates: () => queryVenueStates(client),
    instruments: (query = {}) => queryInstruments(client, query.venue),
    bookAsOf: (query) => queryBookAsOf(client, query),
    markets: (query) => queryMarkets(client, query),
    ingestion: (query) => queryIngestion(client, query),
    tableSizes: () => queryTableSizes(client),
    retain: (keep) => applyRetention(client, keep),
    ping: () => client.ping(),
    close: () => client.close(),
  }
}

async function insertBatch(client: StoreClient, batch: StoreBatch, range: string): Promise<void> {
  // One after the other: a failure leaves at most one table in doubt, and the tables share the same disk anyway.
  for (const table of TABLE_NAMES) await insertPieces(client, table, batch.pieces(table), `store:${table}:${range}`)
}

async function insertRows(
  client: StoreClient,
  table: TableName,
  rows: readonly (readonly unknown[])[],
  token: string,
): Promise<void> {
  const lines = new TableLines()
  for (const row of rows) lines.add(JSON.stringify(row))
  await insertPieces(client, table, lines.pieces(), token)
  lines.release()
}

async function insertPieces(
  client: StoreClient,
  table: TableName,
  pieces: readonly Buffer[],
  token: string,
): Promise<void> {
  const columns = TABLES[table].columns.map((column) => column.name)
  for (const [index, piece] of pieces.entries())
    await client.insertLines(table, columns, piece, index === 0 ? token : `${token}:${index}`)
}

import { microsAt, numberAt, textAt } from '../answer.ts'
import { decodeCursor } from '../cursor.ts'
import type { IngestionBatch, PageRequest, StorePage, TableSize } from '../store.ts'
import type { AnswerRow, StoreClient } from '../store-client.ts'
import { StoreError } from '../store-error.ts'
import { Conditions, checkedLimit, direction, moment } from './condition.ts'
import { page } from './tape.ts'

/** Batches that were taken from the log. */
export async function queryIngestion(client: StoreClient, query: PageRequest): Promise<StorePage<IngestionBatch>> {
  const limit = checkedLimit(query)
  const { beyond, sort } = direction(query.order)
  const conditions = new Conditions()
  if (query.cursor !== undefined) {
    const kinds = ['number', 'text', 'text', 'digits'] as const
    const [at = 0, consumer = '', topic = '', position = ''] = decodeCursor(query.cursor, kinds)
    conditions.withAll(
      `(written_at, consumer, topic, from_position) ${beyond}
        (${moment('at')}, {consumer:String}, {topic:String}, {position:UInt64})`,
      { at, consumer, topic, position },
    )
  }
  const rows = await client.query(
    `SELECT consumer, topic, from_position, to_position, toUnixTimestamp64Micro(written_at), records,
       mapKeys(rows), mapValues(rows), duplicate_trades, rejected, lag, duration, toString(from_position)
     FROM ingestion_statistics ${conditions.where}
     ORDER BY written_at ${sort}, consumer ${sort}, topic ${sort}, from_position ${sort} LIMIT ${limit + 1}`,
    conditions.parameters,
  )
  return page(rows, limit, readBatch, (row) => [numberAt(row, 4), textAt(row, 0), textAt(row, 1), textAt(row, 12)])
}

function readBatch(row: AnswerRow): IngestionBatch {
  return {
    consumer: textAt(row, 0),
    topic: textAt(row, 1),
    fromPosition: numberAt(row, 2),
    toPosition: numberAt(row, 3),
    writtenAt: microsAt(row, 4),
    records: numberAt(row, 5),
    rows: countsAt(row, 6, 7),
    duplicateTrades: numberAt(row, 8),
    rejected: numberAt(row, 9),
    lag: numberAt(row, 10),
    duration: numberAt(row, 11),
  }
}

function countsAt(row: AnswerRow, namesAt: number, valuesAt: number): Readonly<Record<string, number>> {
  const names = row[namesAt]
  const values = row[valuesAt]
  if (!Array.isArray(names) || !Array.isArray(values)) throw new StoreError('STORE_SCHEMA', 'rows are not a map')
  return Object.fromEntries(names.map((_, index) => [textAt(names, index), numberAt(values, index)]))
}

/** What each table takes on disk, largest first. */
export async function queryTableSizes(client: StoreClient): Promise<readonly TableSize[]> {
  const rows = await client.query(
    `SELECT table, sum(rows), sum(bytes_on_disk), count() FROM system.parts
     WHERE active AND database = currentDatabase() GROUP BY table ORDER BY sum(bytes_on_disk) DESC`,
  )
  return rows.map((row) => ({
    table: textAt(row, 0),
    rows: numberAt(row, 1),
    bytes: numberAt(row, 2),
    parts: numberAt(row, 3),
  }))
}

import type { FactEvents, FactKind, Micros } from '../../market/index.ts'
import {
  decimalAt,
  flagAt,
  microsAt,
  numberAt,
  optionalDecimalAt,
  optionalMicrosAt,
  optionalNumberAt,
  optionalTextAt,
  textAt,
} from '../answer.ts'
import { decodeCursor } from '../cursor.ts'
import type { Column, ColumnKind } from '../schema/column.ts'
import { FACT_TABLES, type FactTable } from '../schema/fact-tables.ts'
import type { InstrumentQuery, StorePage } from '../store.ts'
import type { AnswerRow, StoreClient } from '../store-client.ts'
import { BY_KEY_ALONE, checkedLimit, direction, moment } from './condition.ts'
import { ofInstrument, page } from './tape.ts'

/** What every answer begins with; the fields of the kind follow. */
const HEAD =
  'venue, instrument, symbol, toUnixTimestamp64Micro(time), toString(fact), toUnixTimestamp64Micro(exchange_time), toUnixTimestamp64Micro(receive_time)'
const HEAD_LENGTH = 7

/** Facts of one kind of an instrument, by their moment; what was said more than once, as it was received last. */
export async function queryFacts<Kind extends FactKind>(
  client: StoreClient,
  kind: Kind,
  query: InstrumentQuery,
): Promise<StorePage<FactEvents[Kind]>> {
  const { table, fields }: FactTable<FactEvents[Kind]> = FACT_TABLES[kind]
  const limit = checkedLimit(query)
  const { beyond, sort } = direction(query.order)
  const conditions = ofInstrument(query, 'time')
  if (query.cursor !== undefined) {
    const [time = 0, fact = ''] = decodeCursor(query.cursor, ['number', 'digits'])
    conditions.withAll(
      `time ${beyond}= ${moment('at')} AND (time ${beyond} ${moment('at')} OR fact ${beyond} {fact:UInt64})`,
      { at: time, fact },
    )
  }
  // Rows of one fact lie side by side, so the page can be read in the order of the key and no further.
  const rows = await client.query(
    `SELECT ${HEAD}, ${fields.map(({ column }) => selected(column)).join(', ')}
     FROM ${table} ${conditions.where}
     ORDER BY venue ${sort}, instrument ${sort}, time ${sort}, fact ${sort}, receive_time DESC
     LIMIT 1 BY time, fact LIMIT ${limit + 1} ${BY_KEY_ALONE}`,
    conditions.parameters,
  )
  return page(
    rows,
    limit,
    (row) => readFact(kind, row),
    (row) => [numberAt(row, 3), textAt(row, 4)],
  )
}

/** The newest fact of a kind of every instrument that had one since a moment. Reads all facts since then, against the order of the key. */
export async function queryLatestFacts<Kind extends FactKind>(
  client: StoreClient,
  kind: Kind,
  since: Micros,
): Promise<readonly FactEvents[Kind][]> {
  const { table, fields }: FactTable<FactEvents[Kind]> = FACT_TABLES[kind]
  const rows = await client.query(
    `SELECT ${HEAD}, ${fields.map(({ column }) => selected(column)).join(', ')}
     FROM ${table} WHERE time >= ${moment('since')}
     ORDER BY venue DESC, instrument DESC, time DESC, fact DESC, receive_time DESC LIMIT 1 BY venue, instrument`,
    { since },
  )
  return rows.map((row) => readFact(kind, row))
}

function selected({ name, kind }: Column): string {
  if (kind === 'decimal' || kind === 'optionalDecimal') return `toString(${name})`
  if (kind === 'time' || kind === 'optionalTime') return `toUnixTimestamp64Micro(${name})`
  return name
}

const READERS: Partial<Record<ColumnKind, (row: AnswerRow, at: number) => unknown>> = {
  decimal: decimalAt,
  optionalDecimal: optionalDecimalAt,
  time: microsAt,
  optionalTime: optionalMicrosAt,
  optionalCount: optionalNumberAt,
  flag: flagAt,
  optionalText: optionalTextAt,
}

function readFact<Kind extends FactKind>(kind: Kind, row: AnswerRow): FactEvents[Kind] {
  const { fields }: FactTable<FactEvents[Kind]> = FACT_TABLES[kind]
  const entries: (readonly unknown[])[] = [
    ['messageType', kind],
    ['venue', textAt(row, 0)],
    ['instrument', textAt(row, 1)],
    ['symbol', textAt(row, 2)],
  ]
  for (const [index, { name, column }] of fields.entries()) {
    const read = READERS[column.kind] ?? textAt
    entries.push([name, read(row, HEAD_LENGTH + index)])
  }
  entries.push(['exchangeTime', optionalMicrosAt(row, 5)], ['receiveTime', microsAt(row, 6)])
  // The same list of fields wrote the row, so what it says of their types holds.
  return Object.fromEntries(entries)
}

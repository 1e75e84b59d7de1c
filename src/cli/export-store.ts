import type { FactEvents, FactKind, InstrumentId, Micros, TradeEvent, VenueId } from '../market/index.ts'
import { now } from '../market/index.ts'
import { type Config, printable } from '../platform/index.ts'
import {
  type Candle,
  candleInterval,
  FACT_TABLES,
  type FactTable,
  openStore,
  type Store,
  type StorePage,
} from '../store/index.ts'
import { CliError, codeOf, messageOf } from './cli-error.ts'
import { writeExport } from './export-target.ts'
import { configuredStoreAddress } from './parts.ts'
import { ProgressBar } from './progress-bar.ts'

export interface StoreExportOptions {
  readonly config: Config
  readonly venue: string
  readonly instrument: string
  readonly from: Micros | undefined
  readonly to: Micros | undefined
  readonly format: 'csv' | 'ndjson'
  readonly output: string | undefined
}

type Cell = string | number | boolean | null | undefined
type Page<Item> = (store: Store, cursor: string | null) => Promise<StorePage<Item>>

const PAGE_SIZE = 10_000

/** Writes the trades of one instrument, oldest first. */
export async function exportTrades(options: StoreExportOptions): Promise<void> {
  const columns = [
    'exchangeTime',
    'receiveTime',
    'venue',
    'instrument',
    'id',
    'price',
    'amount',
    'side',
    'backlog',
  ] as const
  const cells = (trade: TradeEvent) => columns.map((column) => trade[column])
  await exportPages(options, columns, cells, (store, cursor) =>
    store.trades({
      ...queryOf(options),
      limit: PAGE_SIZE,
      ...(cursor === null ? {} : { cursor }),
      order: 'oldest-first',
    }),
  )
}

/** Writes the candles of one instrument, oldest first. */
export async function exportCandles(options: StoreExportOptions & { readonly interval: string }): Promise<void> {
  const columns = [
    'openTime',
    'venue',
    'instrument',
    'interval',
    'open',
    'high',
    'low',
    'close',
    'volume',
    'trades',
  ] as const
  const cells = (candle: Candle) => columns.map((column) => candle[column])
  const interval = candleInterval(options.interval)
  await exportPages(options, columns, cells, (store, cursor) =>
    store.candles({
      ...queryOf(options),
      interval,
      now: now(),
      limit: PAGE_SIZE,
      ...(cursor === null ? {} : { cursor }),
      order: 'oldest-first',
    }),
  )
}

/** Writes the facts of one kind of one instrument, such as its funding, oldest first. */
export async function exportFacts<Kind extends FactKind>(
  options: StoreExportOptions & { readonly kind: Kind },
): Promise<void> {
  const { fields }: FactTable<FactEvents[Kind]> = FACT_TABLES[options.kind]
  const columns = ['exchangeTime', 'receiveTime', 'venue', 'instrument', ...fields.map(({ name }) => name)]
  const cells = (fact: FactEvents[Kind]): Cell[] => [
    fact.exchangeTime,
    fact.receiveTime,
    fact.venue,
    fact.instrument,
    ...fields.map(({ read }) => {
      const value = read(fact)
      return typeof value === 'object' ? null : value
    }),
  ]
  await exportPages(options, columns, cells, (store, cursor) =>
    store.facts(options.kind, {
      ...queryOf(options),
      limit: PAGE_SIZE,
      ...(cursor === null ? {} : { cursor }),
      order: 'oldest-first',
    }),
  )
}

function queryOf({ venue, instrument, from, to }: StoreExportOptions) {
  return { venue: venue as VenueId, instrument: instrument as InstrumentId, from, to }
}

async function exportPages<Item>(
  options: StoreExportOptions,
  columns: readonly string[],
  cells: (item: Item) => readonly Cell[],
  page: Page<Item>,
): Promise<void> {
  const store = openStore(await configuredStoreAddress(options.config, 'reader'))
  try {
    await store.ping()
    const progress = new ProgressBar({ label: 'exporting', unit: 'rows', total: undefined })
    const { venue, instrument, format, output } = options
    const ended = (rows: number) => {
      // A name that is not quite right looks like this too.
      if (rows === 0)
        process.stderr.write(`nothing is stored of ${printable(instrument)} at ${venue} for these times\n`)
    }
    await writeExport(output, pagesAsText(store, format, columns, cells, page, progress, ended))
    progress.finish()
  } catch (cause) {
    if (codeOf(cause) !== 'STORE_UNREACHABLE') throw cause
    throw new CliError('CLI_UNREACHABLE', `${messageOf(cause)}. Start the store: "opentape up", or "opentape store"`, {
      cause,
    })
  } finally {
    await store.close()
  }
}

async function* pagesAsText<Item>(
  store: Store,
  format: 'csv' | 'ndjson',
  columns: readonly string[],
  cells: (item: Item) => readonly Cell[],
  page: Page<Item>,
  progress: ProgressBar,
  ended: (rows: number) => void,
): AsyncGenerator<string, void, undefined> {
  if (format === 'csv') yield `${columns.join(',')}\n`
  let cursor: string | null = null
  let rows = 0
  do {
    const { items, nextCursor } = await page(store, cursor)
    const lines =
      format === 'csv' ? items.map((item) => csvLine(cells(item))) : items.map((item) => `${JSON.stringify(item)}\n`)
    if (lines.length > 0) yield lines.join('')
    rows += items.length
    progress.update(rows)
    cursor = nextCursor
  } while (cursor !== null)
  ended(rows)
}

/** RFC 4180; what a spreadsheet would take for a formula cannot occur in names, times and decimals that are not negative. */
function csvLine(cells: readonly Cell[]): string {
  const texts = cells.map((cell) => {
    const text = cell === null || cell === undefined ? '' : String(cell)
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  })
  return `${texts.join(',')}\n`
}

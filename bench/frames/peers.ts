import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Capture } from './capture.ts'
import type { Contender } from './contender.ts'

const DIRECTORY = join(import.meta.dirname, '..', 'peers')

/** Where a peer's entry file is; undefined if it is not installed. */
export function peerPath(name: string, file: string): string | undefined {
  const path = join(DIRECTORY, 'node_modules', name, file)
  return existsSync(path) ? path : undefined
}

export async function peerVersion(name: string): Promise<string> {
  const path = peerPath(name, 'package.json')
  if (path === undefined) return 'not installed'
  const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string }
  return version
}

interface TardisMapper {
  canHandle(message: unknown): boolean
  map(message: unknown, localTimestamp: Date): Iterable<TardisMessage> | undefined
}

interface TardisMessage {
  readonly type: string
  readonly symbol: string
}

/** The part of tardis-dev that is used. */
interface Tardis {
  normalizeTrades(exchange: string, date: Date): TardisMapper
  normalizeBookChanges(exchange: string, date: Date): TardisMapper
  normalizeBookTickers(exchange: string, date: Date): TardisMapper
  OrderBook: new () => { update(change: TardisMessage): void }
}

/** tardis-dev: its mappers, and with `books` its OrderBook behind them. */
export async function tardisContender(books: boolean): Promise<Contender | undefined> {
  const path = peerPath('tardis-dev', 'dist/index.js')
  if (path === undefined) return undefined
  const tardis = (await import(pathToFileURL(path).href)) as Tardis
  return {
    name: books ? 'tardis-dev, books kept' : 'tardis-dev, events',
    keepsBooks: books,
    prepare: async (capture) => {
      const { venue, date } = capture
      const mappers = [
        tardis.normalizeTrades(venue, date),
        tardis.normalizeBookChanges(venue, date),
        tardis.normalizeBookTickers(venue, date),
      ]
      const kept = new Map<string, { update(change: TardisMessage): void }>()
      const read = (message: unknown, at: Date): number => {
        let count = 0
        for (const mapper of mappers) {
          if (!mapper.canHandle(message)) continue
          for (const event of mapper.map(message, at) ?? []) {
            count++
            if (!books || event.type !== 'book_change') continue
            let book = kept.get(event.symbol)
            if (book === undefined) {
              book = new tardis.OrderBook()
              kept.set(event.symbol, book)
            }
            book.update(event)
          }
        }
        return count
      }
      for (const message of preludeMessages(capture)) read(message, date)
      return (frames) => {
        let count = 0
        for (const frame of frames) count += read(JSON.parse(frame), new Date(date.getTime()))
        return count
      }
    },
  }
}

/** What a peer is told before the clock starts; snapshots that came over HTTP in the form that tardis-dev gives them. */
function preludeMessages(capture: Capture): unknown[] {
  return capture.prelude.flatMap((record) => {
    if (record.kind === 'ws') return record.direction === 'in' ? [JSON.parse(record.text)] : []
    const symbol = depthSymbol(record.url)
    if (symbol === undefined) return []
    return [{ stream: `${symbol.toLowerCase()}@depthSnapshot`, generated: true, data: JSON.parse(record.text) }]
  })
}

function depthSymbol(url: string): string | undefined {
  const { pathname, searchParams } = new URL(url)
  return pathname.endsWith('/depth') ? (searchParams.get('symbol') ?? undefined) : undefined
}

interface CcxtExchange {
  options: Record<string, unknown>
  orderbooks: Record<string, unknown>
  loadMarkets(): Promise<unknown>
  setMarkets(markets: unknown): unknown
  orderBook(snapshot: object): CcxtBook
  safeMarket(id: string, market: undefined, delimiter: undefined, type: 'spot'): { readonly symbol: string }
  handleMessage(client: object, message: unknown): void
}

/** A book of ccxt. */
interface CcxtBook {
  nonce: number
  reset(snapshot: object): void
}

/** The part of ccxt that is used. */
interface Ccxt {
  pro: Readonly<Record<string, new (options: object) => CcxtExchange>>
}

const CCXT_NAMES: Readonly<Record<string, string>> = { coinbase: 'coinbaseexchange' }
const REFERENCE_CALLS: Readonly<Record<string, { call: string; path: string }>> = {
  binance: { call: 'publicGetExchangeInfo', path: '/api/v3/exchangeInfo' },
  coinbase: { call: 'publicGetProducts', path: '/products' },
  kraken: { call: 'publicGetAssetPairs', path: '/0/public/AssetPairs' },
}

/** ccxt, which always keeps the books. Its handlers are given messages as its own client gives them. */
export async function ccxtContender(): Promise<Contender | undefined> {
  const path = peerPath('ccxt', 'js/ccxt.js')
  if (path === undefined) return undefined
  const { default: ccxt } = (await import(pathToFileURL(path).href)) as { default: Ccxt }
  const marketsOf = new Map<Capture, unknown>()
  return {
    name: 'ccxt, books kept',
    keepsBooks: true,
    prepare: async (capture) => {
      const { venue } = capture
      const Exchange = ccxt.pro[CCXT_NAMES[venue] ?? venue]
      const reference = REFERENCE_CALLS[venue]
      if (Exchange === undefined || reference === undefined) throw new Error(`ccxt has no ${venue}`)
      const exchange = new Exchange({ options: { fetchMarkets: { types: ['spot'] }, fetchMargins: false } })
      const body = capture.prelude.find(({ kind, url }) => kind === 'http' && new URL(url).pathname === reference.path)
      if (body === undefined) throw new Error(`the capture of ${venue} has no reference data`)
      const none = async (): Promise<object> => ({})
      Object.assign(exchange, { [reference.call]: async () => JSON.parse(body.text), fetchCurrencies: none })
      const markets = marketsOf.get(capture)
      if (markets === undefined) marketsOf.set(capture, await exchange.loadMarkets())
      else exchange.setMarkets(markets)
      const client = quietClient(capture)
      for (const record of capture.prelude) {
        if (record.kind === 'ws' && record.direction === 'in') exchange.handleMessage(client, JSON.parse(record.text))
        const symbol = record.kind === 'http' ? depthSymbol(record.url) : undefined
        if (symbol !== undefined) giveSnapshot(exchange, symbol, record.text)
      }
      return (frames) => {
        for (const frame of frames) exchange.handleMessage(client, JSON.parse(frame))
        return frames.length
      }
    },
  }
}

/** As ccxt's own loading of a snapshot does. */
function giveSnapshot(exchange: CcxtExchange, id: string, text: string): void {
  const { symbol } = exchange.safeMarket(id, undefined, undefined, 'spot')
  const { bids, asks, lastUpdateId } = JSON.parse(text) as Record<'bids' | 'asks', [string, string][]> & {
    lastUpdateId: number
  }
  const numbers = (side: [string, string][]): number[][] => side.map((level) => level.map(Number))
  const book = exchange.orderBook({})
  book.reset({ symbol, bids: numbers(bids), asks: numbers(asks), nonce: lastUpdateId })
  exchange.orderbooks[symbol] = book
}

/** Stands for the socket: what is resolved on it is awaited by nobody. */
function quietClient(capture: Capture): object {
  const nothing = (): void => undefined
  return {
    url: capture.prelude.find(({ kind }) => kind === 'ws')?.url ?? '',
    subscriptions: {},
    futures: {},
    rejections: {},
    resolve: nothing,
    reject: (error: unknown) => {
      throw error
    },
  }
}

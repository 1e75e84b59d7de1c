import type { ExchangeOptions, Reply } from '../exchange.ts'
import { isObject, type JsonObject, jsonObject } from '../json.ts'
import { milliseconds } from '../listing-text.ts'
import type { Listing } from '../model/listing.ts'
import { MINUTE_MICROS, minuteCandles } from '../model/minute-candle.ts'
import { newestTrades } from '../trade-history.ts'
import { bookData, candleRow, contextRow, tradeRow, universeRow } from './hyperliquid-text.ts'

/** "Only the most recent 5000 candles are available"; 500 elements are in one answer of a range of time (https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint, 2026-11-22). */
const CANDLES = 5_000
const RATES = 500
/** `recentTrades` gives the last ten. */
const TRADES = 10
const HOUR_MILLISECONDS = 3_600_000
/** The token that everything is settled in. */
const USDC = '{"name":"USDC","szDecimals":8,"weiDecimals":8,"index":0,"isCanonical":true}'

/** Questions that are posted to `/info`: what is asked is the member `type`. */
export class HyperliquidInfo {
  readonly #options: ExchangeOptions

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  answer(url: URL, body: string): Reply {
    const question = jsonObject(body)
    if (url.pathname !== '/info') return { status: 404, body: '' }
    const answer = question === undefined ? undefined : this.#answerTo(question)
    if (answer === undefined) {
      return { status: 422, body: 'Failed to deserialize the JSON body into the target type' }
    }
    return { status: 200, body: answer }
  }

  #answerTo(question: JsonObject): string | undefined {
    const asked = isObject(question.req) ? question.req : question
    const listing = typeof asked.coin === 'string' ? this.#options.model.find('hyperliquid', asked.coin) : undefined
    switch (question.type) {
      case 'meta':
        return this.#meta()
      case 'metaAndAssetCtxs':
        return `[${this.#meta()},[${this.#listings().map(contextRow).join(',')}]]`
      case 'allPerpMetas':
        return `[${this.#meta()}]`
      case 'spotMetaAndAssetCtxs':
        return `[{"universe":[],"tokens":[${USDC}]},[]]`
      case 'l2Book':
        return listing && bookData(listing, this.#now())
      case 'recentTrades':
        return listing && this.#trades(listing)
      case 'candleSnapshot':
        return listing && this.#candles(listing, asked)
      case 'fundingHistory':
        return listing && this.#funding(listing, asked)
      default:
        return undefined
    }
  }

  #now(): number {
    return this.#options.model.venueTime('hyperliquid', this.#options.now())
  }

  #listings(): Listing[] {
    return this.#options.model.listings.filter(({ specification }) => specification.venue === 'hyperliquid')
  }

  #meta(): string {
    return `{"universe":[${this.#listings().map(universeRow).join(',')}],"marginTables":[],"collateralToken":0}`
  }

  #trades(listing: Listing): string {
    const trades = newestTrades(listing, this.#options.faults, {}, TRADES)
    return `[${trades.map((trade) => tradeRow(listing, trade)).join(',')}]`
  }

  #candles(listing: Listing, asked: JsonObject): string | undefined {
    if (asked.interval !== '1m') return undefined
    const [from, to] = this.#stretch(asked)
    const oldest = this.#now() - CANDLES * MINUTE_MICROS
    const candles = minuteCandles(listing, Math.max(from * 1_000, oldest), to * 1_000)
    return `[${candles.map((candle) => candleRow(listing, candle)).join(',')}]`
  }

  /** Paid once an hour. */
  #funding(listing: Listing, asked: JsonObject): string {
    const [from, to] = this.#stretch(asked)
    const rows: string[] = []
    let hour = Math.ceil(from / HOUR_MILLISECONDS) * HOUR_MILLISECONDS
    for (; hour <= to && rows.length < RATES; hour += HOUR_MILLISECONDS) {
      rows.push(
        `{"coin":"${listing.specification.symbol}","fundingRate":"0.0000125","premium":"0.0001","time":${hour}}`,
      )
    }
    return `[${rows.join(',')}]`
  }

  /** `startTime` and `endTime`, milliseconds, both included; not beyond now. */
  #stretch({ startTime, endTime }: JsonObject): [number, number] {
    const now = milliseconds(this.#now())
    return [typeof startTime === 'number' ? startTime : 0, Math.min(typeof endTime === 'number' ? endTime : now, now)]
  }
}

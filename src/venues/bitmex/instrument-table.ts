import type { TextObject, TextValue } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { decimalOrNull, optionalTextOf, priceOrNull, textOf } from '../shared/text-members.ts'
import { settlementAmount } from './asset.ts'
import { statusOf } from './instruments.ts'
import { type Action, secondsOrNull, timeOrNull } from './table-message.ts'

const TICKER = ['lastPrice', 'prevPrice24h', 'highPrice', 'lowPrice', 'homeNotional24h', 'foreignNotional24h']
const MARK = ['markPrice', 'indicativeSettlePrice']
const OPEN_INTEREST = ['openInterest', 'openValue']
const FUNDING = ['fundingRate', 'indicativeFundingRate', 'fundingTimestamp', 'fundingInterval']

/**
 * The table `instrument`: the whole of each in the partial, then only what changed, which is merged. What one row says is several
 * facts: statistics, mark and index, open interest, funding, status.
 */
export class InstrumentTable {
  readonly #instruments = new Map<string, TextObject>()

  forget(): void {
    this.#instruments.clear()
  }

  read(action: Action, rows: readonly TextObject[], facts: MarketFacts): void {
    for (const row of rows) {
      const symbol = textOf(row, 'symbol')
      const known = this.#instruments.get(symbol)
      if (action === 'delete') this.#instruments.delete(symbol)
      else if (action === 'partial' || action === 'insert' || known !== undefined) {
        const merged = merge(action === 'update' ? known : undefined, row)
        this.#instruments.set(symbol, merged)
        sayChanges(symbol, row, merged, facts)
      }
    }
  }
}

/** Only what is said of an instrument is kept. */
function merge(known: TextObject | undefined, row: TextObject): TextObject {
  const merged: Record<string, TextValue> = { ...known }
  for (const name of KEPT) if (row[name] !== undefined) merged[name] = row[name]
  return merged
}

const KEPT = [...TICKER, ...MARK, ...OPEN_INTEREST, ...FUNDING, 'settlCurrency', 'state']

function sayChanges(symbol: string, row: TextObject, merged: TextObject, facts: MarketFacts): void {
  const exchangeTime = timeOrNull(row)
  if (TICKER.some((name) => isSaid(row, name))) {
    facts.ticker(symbol, {
      exchangeTime,
      last: priceOrNull(merged, 'lastPrice'),
      open: priceOrNull(merged, 'prevPrice24h'),
      high: priceOrNull(merged, 'highPrice'),
      low: priceOrNull(merged, 'lowPrice'),
      volume: decimalOrNull(merged, 'homeNotional24h'),
      quoteVolume: decimalOrNull(merged, 'foreignNotional24h'),
    })
  }
  if (MARK.some((name) => isSaid(row, name))) {
    // The price of the index that the mark is made of.
    const indexPrice = priceOrNull(merged, 'indicativeSettlePrice')
    facts.markPrice(symbol, { exchangeTime, markPrice: priceOrNull(merged, 'markPrice'), indexPrice })
  }
  if (OPEN_INTEREST.some((name) => isSaid(row, name))) {
    const units = decimalOrNull(merged, 'openValue')
    const value = units === null ? null : settlementAmount(units, optionalTextOf(merged, 'settlCurrency'))
    facts.openInterest(symbol, { exchangeTime, openInterest: decimalOrNull(merged, 'openInterest'), value })
  }
  if (FUNDING.some((name) => isSaid(row, name))) {
    facts.funding(symbol, {
      exchangeTime,
      rate: decimalOrNull(merged, 'fundingRate'),
      predictedRate: decimalOrNull(merged, 'indicativeFundingRate'),
      fundingTime: timeOrNull(merged, 'fundingTimestamp'),
      intervalSeconds: secondsOrNull(merged, 'fundingInterval'),
    })
  }
  const state = optionalTextOf(row, 'state')
  if (state !== undefined) facts.status(symbol, { exchangeTime, status: statusOf(state), venueStatus: state })
}

function isSaid(row: TextObject, name: string): boolean {
  const value = row[name]
  return value !== undefined && value !== null && value !== ''
}

import { type DecimalText, decimal, type Price, price } from '../../market/index.ts'
import { LayoutReader } from '../shared/layout-reader.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { type MemberValues, millisecondsTime } from '../shared/member-values.ts'
import { isPlain } from '../shared/member-walker.ts'

const PREFIX = '{"arg":{"channel":"tickers","instId":"'
const DATA = '"},"data":['
const END = ']}'

const NAMES = ['instId', 'instType', 'ts', 'last', 'open24h', 'high24h', 'low24h', 'vol24h', 'volCcy24h']
const [SYMBOL, KIND, TIME, LAST, OPEN, HIGH, LOW, VOLUME, TURNOVER] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const

/** Says tickers of one row straight from their text. */
export class TickerScanner {
  readonly #values = new LayoutReader(NAMES, 'strings')

  /** @returns false if the frame is anything else: then nothing was said, and it is read as JSON. */
  read(frame: string, facts: MarketFacts): boolean {
    if (!frame.startsWith(PREFIX)) return false
    const nameEnd = frame.indexOf('"', PREFIX.length)
    if (nameEnd < 0 || !frame.startsWith(DATA, nameEnd) || !isPlain(frame, PREFIX.length, nameEnd)) return false
    const values = this.#values
    const end = values.read(frame, nameEnd + DATA.length)
    if (end < 0 || end + END.length !== frame.length || !frame.endsWith(END)) return false
    const symbol = values.value(SYMBOL)
    const time = values.value(TIME)
    const exchangeTime = time === undefined ? null : millisecondsTime(time)
    if (symbol === undefined || exchangeTime === -1) return false
    const isSpot = values.value(KIND) === 'SPOT'
    const turnover = decimalAt(values, TURNOVER)
    facts.ticker(symbol, {
      exchangeTime,
      last: priceAt(values, LAST),
      open: priceAt(values, OPEN),
      high: priceAt(values, HIGH),
      low: priceAt(values, LOW),
      volume: isSpot ? decimalAt(values, VOLUME) : turnover,
      quoteVolume: isSpot ? turnover : null,
    })
    values.clear()
    return true
  }
}

function priceAt(values: MemberValues, member: number): Price | null {
  const value = values.value(member)
  return value === undefined ? null : price(value)
}

function decimalAt(values: MemberValues, member: number): DecimalText | null {
  const value = values.value(member)
  return value === undefined ? null : decimal(value)
}

import { type DecimalText, fromUnits, type Micros, microsFromIso, type Price } from '../../market/index.ts'
import { isTextObject, type TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { decimalOrNull, listOf, objectOf, optionalTextOf, timeOrNull } from '../shared/text-members.ts'
import type { Category } from './category.ts'
import { notA } from './v5-reader.ts'

interface Known {
  last: Price | null
  open: Price | null
  high: Price | null
  low: Price | null
  volume: DecimalText | null
  turnover: DecimalText | null
  markPrice: Price | null
  indexPrice: Price | null
  openInterest: DecimalText | null
  rate: DecimalText | null
  predictedRate: DecimalText | null
  fundingTime: Micros | null
}

const TICKER = ['last', 'open', 'high', 'low', 'volume', 'turnover'] as const
const MARK = ['markPrice', 'indexPrice'] as const
const FUNDING = ['rate', 'predictedRate', 'fundingTime'] as const

/** `instrument_info` of the protocol before v5: a snapshot of all members, then deltas of those that changed. */
export class RetiredTickers {
  readonly #category: Category
  readonly #known = new Map<string, Known>()

  constructor(category: Category) {
    this.#category = category
  }

  clear(): void {
    this.#known.clear()
  }

  read(name: string, frame: TextObject, facts: MarketFacts): void {
    const data = objectOf(frame, 'data')
    const isSnapshot = frame.type === 'snapshot'
    const rows = isSnapshot ? [data] : listOf(data, 'update')
    for (const row of rows) {
      if (!isTextObject(row)) throw notA('ticker', row)
      const said = readRow(row)
      const before = isSnapshot ? NOTHING : this.#known.get(name)
      // A delta without a snapshot before it is half a truth.
      if (before === undefined) return
      const known = { ...before, ...said }
      this.#known.set(name, known)
      this.#say(name, said, known, timeOrNull(frame, 'timestamp_e6'), facts)
    }
  }

  #say(name: string, said: Partial<Known>, known: Known, exchangeTime: Micros | null, facts: MarketFacts): void {
    if (TICKER.some((member) => said[member] !== undefined)) {
      const { last, open, high, low, volume, turnover } = known
      const isInverse = this.#category === 'inverse'
      const volumes = { volume: isInverse ? turnover : volume, quoteVolume: isInverse ? volume : turnover }
      facts.ticker(name, { last, open, high, low, ...volumes, exchangeTime })
    }
    if (MARK.some((member) => said[member] !== undefined)) {
      const { markPrice, indexPrice } = known
      facts.markPrice(name, { markPrice, indexPrice, exchangeTime })
    }
    if (said.openInterest !== undefined) {
      facts.openInterest(name, { openInterest: known.openInterest, value: null, exchangeTime })
    }
    if (FUNDING.some((member) => said[member] !== undefined)) {
      const { rate, predictedRate, fundingTime } = known
      facts.funding(name, { rate, predictedRate, fundingTime, intervalSeconds: null, exchangeTime })
    }
  }
}

const NOTHING: Known = {
  last: null,
  open: null,
  high: null,
  low: null,
  volume: null,
  turnover: null,
  markPrice: null,
  indexPrice: null,
  openInterest: null,
  rate: null,
  predictedRate: null,
  fundingTime: null,
}

/** Values are written as `last_price` by later servers, and as whole numbers in `last_price_e4` by all. */
function readRow(row: TextObject): Partial<Known> {
  const said: Record<string, DecimalText | Micros> = {}
  const put = (member: keyof Known, value: DecimalText | Micros | null) => {
    if (value !== null) said[member] = value
  }
  put('last', scaled(row, 'last_price', 4))
  put('open', scaled(row, 'prev_price_24h', 4))
  put('high', scaled(row, 'high_price_24h', 4))
  put('low', scaled(row, 'low_price_24h', 4))
  put('volume', scaled(row, 'volume_24h', 8))
  put('turnover', scaled(row, 'turnover_24h', 8))
  put('markPrice', scaled(row, 'mark_price', 4))
  put('indexPrice', scaled(row, 'index_price', 4))
  put('openInterest', scaled(row, 'open_interest', 8))
  put('rate', scaled(row, 'funding_rate', 6))
  put('predictedRate', scaled(row, 'predicted_funding_rate', 6))
  const time = optionalTextOf(row, 'next_funding_time')
  // The year 1970 where there is none.
  if (time !== undefined && !time.startsWith('1970') && !time.startsWith('0001'))
    put('fundingTime', microsFromIso(time))
  return said as Partial<Known>
}

/** A member that is written plainly, or under another name as a whole number of 10^-scale. */
function scaled(row: TextObject, name: string, scale: number): DecimalText | null {
  const plain = decimalOrNull(row, name)
  if (plain !== null) return plain
  const units = optionalTextOf(row, `${name}_e${scale}`)
  if (units === undefined) return null
  if (!/^-?\d{1,30}$/.test(units)) throw notA('whole number', units)
  return fromUnits(BigInt(units), scale)
}

import type { Amount, DecimalText, Micros, Price } from '../../market/index.ts'
import { canonicalDecimal } from '../shared/decimal-span.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { wholeNumber } from '../shared/member-values.ts'
import { endOfNumber, MemberWalker } from '../shared/member-walker.ts'
import { detached } from '../shared/wire-cursor.ts'
import { oneSideOf } from './one-side.ts'
import type { Memory } from './reader.ts'
import type { Topic } from './topics.ts'

const COMMA = 44
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const SECOND_DIGITS = 10
const MICROS_A_SECOND = 1_000_000

const NAMES = ['id', 'open', 'high', 'low', 'close', 'vol', 'trade_turnover', 'bid', 'ask'] as const
const [ID, OPEN, HIGH, LOW, CLOSE, VOLUME, TURNOVER] = [0, 1, 2, 3, 4, 5, 6] as const

/** Reads ticks whose members are numbers, in whichever order they come: statistics, candles, prices of reference. */
const walker = new MemberWalker(NAMES, behindPair)

/** Steps over such a tick. @returns where it ends; -1 if it is not as expected */
export function scanTick(text: string, at: number): number {
  return walker.read(text, at)
}

/** Lets go of its text. */
export function clearTick(): void {
  walker.clear()
}

/**
 * Says the tick that was stepped over.
 * @returns false, having said nothing, where one of its members is not as usual
 */
export function sayTick({ symbol, kind }: Topic, exchangeTime: Micros, facts: MarketFacts, memory: Memory): boolean {
  const close = decimalAt(CLOSE) as Price | undefined
  if (close === undefined) return false
  switch (kind) {
    case 'index':
      memory.indices.set(symbol, detached(close))
      return true
    case 'mark':
      facts.markPrice(symbol, { exchangeTime, markPrice: close, indexPrice: memory.indices.get(symbol) ?? null })
      return true
    case 'detail':
    case 'candle':
      return sayWindow(symbol, kind, close, exchangeTime, facts, memory)
    default:
      return false
  }
}

function sayWindow(
  symbol: string,
  kind: 'detail' | 'candle',
  close: Price,
  exchangeTime: Micros,
  facts: MarketFacts,
  { candles }: Memory,
): boolean {
  const open = decimalAt(OPEN) as Price | undefined
  const high = decimalAt(HIGH) as Price | undefined
  const low = decimalAt(LOW) as Price | undefined
  const bothVolumes = decimalAt(VOLUME) as Amount | undefined
  const bothTurnovers = decimalAt(TURNOVER)
  if (open === undefined || high === undefined || low === undefined) return false
  if (bothVolumes === undefined || bothTurnovers === undefined) return false
  const volume = oneSideOf(bothVolumes)
  const quoteVolume = oneSideOf(bothTurnovers)
  if (kind === 'detail') {
    facts.ticker(symbol, { exchangeTime, last: close, open, high, low, volume, quoteVolume })
    return true
  }
  const text = walker.value(ID)
  const second = text?.length === SECOND_DIGITS ? wholeNumber(text) : -1
  if (second < 0) return false
  const openTime = (second * MICROS_A_SECOND) as Micros
  const window = { openTime, open, high, low, close, volume, quoteVolume }
  candles.say(symbol, facts, { interval: '1m', ...window, trades: null, exchangeTime })
  return true
}

function decimalAt(member: number): DecimalText | undefined {
  const text = walker.value(member)
  return text === undefined ? undefined : canonicalDecimal(text)
}

/** Behind the best bid or ask of a window, `[13065.8,38]`, which quotes say better; -1 where anything else stands. */
function behindPair(text: string, at: number, member: number): number {
  if (member <= TURNOVER || text.charCodeAt(at) !== OPEN_BRACKET) return -1
  const first = endOfNumber(text, at + 1)
  if (first < 0 || text.charCodeAt(first) !== COMMA) return -1
  const second = endOfNumber(text, first + 1)
  return second < 0 || text.charCodeAt(second) !== CLOSE_BRACKET ? -1 : second + 1
}

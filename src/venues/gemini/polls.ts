import { type DecimalText, decimal, type Instrument, MICROS_PER_SECOND } from '../../market/index.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketPoll } from '../shared/market/market-words.ts'
import { objectOf, priceOrNull, timeOrNull } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { statusOf } from './instruments.ts'

/** The budget is 120 requests a minute for everything; both are asked for each instrument by itself. */
const TICKER_EVERY = 300 * MICROS_PER_SECOND
const STATUS_EVERY = 600 * MICROS_PER_SECOND

/**
 * `{"ask","bid","last","volume":{"BTC":"…","USD":"…","timestamp":…}}`: the last price and the volumes of 24 hours.
 * https://developer.gemini.com/trading/rest-api/market-data/get-ticker (2026-11-22)
 */
const tickerPoll: MarketPoll = {
  channels: ['ticker'],
  everyMicros: TICKER_EVERY,
  request: ({ symbol }: Instrument) => ({ path: `/v1/pubticker/${symbol.toLowerCase()}`, weight: 1 }),

  read(body: string, { symbol, base, quote }: Instrument, facts: MarketFacts): void {
    const root = answered(body)
    const volume = objectOf(root, 'volume')
    facts.ticker(symbol, {
      last: priceOrNull(root, 'last'),
      open: null,
      high: null,
      low: null,
      volume: volumeIn(volume, base),
      quoteVolume: volumeIn(volume, quote),
      exchangeTime: timeOrNull(volume, 'timestamp'),
    })
  },
}

const statusPoll: MarketPoll = {
  channels: ['status'],
  everyMicros: STATUS_EVERY,
  request: ({ symbol }: Instrument) => ({ path: `/v1/symbols/details/${symbol.toLowerCase()}`, weight: 1 }),

  read(body: string, { symbol }: Instrument, facts: MarketFacts): void {
    facts.status(symbol, { ...statusOf(answered(body)), exchangeTime: null })
  },
}

export const geminiPolls: readonly MarketPoll[] = [tickerPoll, statusPoll]

function answered(body: string): TextObject {
  const root = parseJsonText(body)
  if (isTextObject(root)) return root
  throw new VenueError('VENUE_ANSWER_INVALID', 'gemini: the answer is no object')
}

function volumeIn(volume: TextObject, asset: string): DecimalText | null {
  const text = volume[asset]
  return typeof text === 'string' && text !== '' ? decimal(text) : null
}

import {
  type Amount,
  type BookEvent,
  type BookLevel,
  encodeEvent,
  type InstrumentId,
  type MarketEvent,
  type Micros,
  type Price,
  type TakerSide,
  type TradeEvent,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'

export const NAMES = {
  venue: 'testex' as VenueId,
  instrument: 'BTC-USDT' as InstrumentId,
  symbol: 'BTCUSDT' as VenueSymbol,
}

export function sampleTrade(facts: {
  id: string | null
  price?: string
  amount?: string
  time?: number
  side?: TakerSide
  backlog?: true
}): TradeEvent {
  const time = (facts.time ?? 1_700_000_000_000_000) as Micros
  return {
    messageType: 'trade',
    ...NAMES,
    id: facts.id,
    price: (facts.price ?? '100.5') as Price,
    amount: (facts.amount ?? '0.25') as Amount,
    side: facts.side ?? 'buy',
    exchangeTime: time,
    receiveTime: time,
    ...(facts.backlog === true ? { backlog: true } : {}),
  }
}

export function sampleBook(
  kind: BookEvent['kind'],
  bids: readonly (readonly [string, string])[],
  asks: readonly (readonly [string, string])[],
  sequence: number,
): BookEvent {
  const time = (1_700_000_000_000_000 + sequence) as Micros
  return {
    messageType: 'book',
    ...NAMES,
    kind,
    bids: bids.map(level),
    asks: asks.map(level),
    sequence,
    exchangeTime: time,
    receiveTime: time,
  }
}

function level([price, amount]: readonly [string, string]): BookLevel {
  return [price as Price, amount as Amount]
}

/** A record of the tape. */
export function tapeValue(events: readonly MarketEvent[]): Uint8Array {
  return Buffer.from(events.map((event) => `${encodeEvent(event)}\n`).join(''))
}

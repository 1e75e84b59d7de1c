import {
  type Amount,
  type AssetId,
  amount,
  type BookEvent,
  type BookLevel,
  type Channel,
  type FeedState,
  type FeedStateEvent,
  type GapEvent,
  type Instrument,
  type InstrumentId,
  micros,
  now,
  type Price,
  price,
  type QuoteEvent,
  type TradeEvent,
  type VenueId,
  type VenueState,
  type VenueStateEvent,
  type VenueSymbol,
} from '../../market/index.ts'

export const VENUE = 'testex' as VenueId
export const INSTRUMENT = 'BTC-USDT' as InstrumentId
const SYMBOL = 'BTCUSDT' as VenueSymbol

export interface Named {
  readonly venue?: VenueId
  readonly instrument?: string
}

export function named(of: Named) {
  const instrument = (of.instrument ?? INSTRUMENT) as InstrumentId
  return { venue: of.venue ?? VENUE, instrument, symbol: instrument.replace('-', '') as VenueSymbol }
}

export function trade(id: string, at: string, of: Named & { backlog?: true } = {}): TradeEvent {
  return {
    messageType: 'trade',
    ...named(of),
    id,
    price: price(at),
    amount: amount('0.5'),
    side: 'buy',
    exchangeTime: micros(1_700_000_000_000_000),
    receiveTime: now(),
    ...(of.backlog === true ? { backlog: true } : {}),
  }
}

export function quote(bid: string, ask: string, of: Named = {}): QuoteEvent {
  return {
    messageType: 'quote',
    ...named(of),
    bidPrice: price(bid),
    bidAmount: amount('1'),
    askPrice: price(ask),
    askAmount: amount('2'),
    sequence: null,
    exchangeTime: null,
    receiveTime: now(),
  }
}

export function levels(...pairs: readonly [string, string][]): BookLevel[] {
  return pairs.map(([at, size]) => [price(at) as Price, amount(size) as Amount])
}

export function book(
  kind: BookEvent['kind'],
  bids: readonly BookLevel[],
  asks: readonly BookLevel[],
  of: Named & { sequence?: number } = {},
): BookEvent {
  return {
    messageType: 'book',
    ...named(of),
    kind,
    bids,
    asks,
    sequence: of.sequence ?? null,
    exchangeTime: null,
    receiveTime: now(),
  }
}

export function feedState(channel: Channel, state: FeedState, of: Named = {}): FeedStateEvent {
  return {
    messageType: 'feed-state',
    ...named(of),
    channel,
    state,
    reason: `it is ${state}`,
    lastMessageTime: now(),
    lastSequence: '7',
    resyncs: 1,
    receiveTime: now(),
  }
}

export function gap(id: string, state: GapEvent['state'], of: Named = {}): GapEvent {
  return {
    messageType: 'gap',
    id,
    revision: 1,
    ...named(of),
    channel: 'trade',
    from: micros(1_700_000_000_000_000),
    to: null,
    cause: 'disconnect',
    state,
    missing: null,
    missingIds: null,
    evidence: 'close code 1006',
    receiveTime: now(),
  }
}

export function venueState(state: VenueState, simulated = false): VenueStateEvent {
  return {
    messageType: 'venue-state',
    venue: VENUE,
    state,
    reason: `it is ${state}`,
    connectionsOpen: 1,
    connectionsPlanned: 1,
    instruments: 1,
    simulated,
    latency: null,
    receiveTime: now(),
  }
}

export function instrument(id: string, of: Partial<Instrument> = {}): Instrument {
  const [base, quoteAsset] = id.split('-')
  return {
    venue: VENUE,
    id: id as InstrumentId,
    symbol: (id === INSTRUMENT ? SYMBOL : id.replace('-', '')) as VenueSymbol,
    kind: 'spot',
    base: base as AssetId,
    quote: quoteAsset as AssetId,
    status: 'trading',
    tickSize: price('0.01'),
    ...of,
  }
}

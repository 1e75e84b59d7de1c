/** MOCK: invented markets for the stand-in gateway. Nothing here looks like any real price on purpose. */
import { INTERVAL_SECONDS } from '../src/state/chart-time.ts'

const VENUES = ['binance', 'coinbase', 'kraken']
const BASES = [
  'BTC',
  'ETH',
  'SOL',
  'XRP',
  'DOGE',
  'ADA',
  'LINK',
  'AVAX',
  'DOT',
  'LTC',
  'UNI',
  'ATOM',
  'NEAR',
  'APT',
  'ARB',
  'OP',
]
const PRICES = [61_000, 3_100, 142, 0.52, 0.12, 0.45, 14.2, 34, 7.1, 82, 9.4, 8.2, 5.1, 9, 1.1, 2.2]
const CHANNELS = ['trade', 'quote', 'book', 'ticker'] as const
const SECOND = 1_000_000

/** A generator of numbers from a seed, so that every start shows the same world. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

function text(value: number, scale: number): string {
  const fixed = value.toFixed(scale)
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed
}

function micros(): number {
  return Date.now() * 1_000
}

export interface MockMessage {
  readonly messageType: string
  readonly timestamp: number
  readonly payload: { readonly venue: string; readonly instrument?: string; readonly interval?: string }
}

export class MockMarket {
  readonly venue: string
  readonly instrument: string
  readonly base: string
  readonly quote: string
  readonly scale: number
  /** What was traded in 24 hours, in quote units; tests change it. */
  turnover: string
  readonly #random: () => number
  readonly #open: number
  #price: number
  #id = 1_000
  #bookSequence = 1
  /** The candle of each interval that is still growing. */
  #live = new Map<
    string,
    { open: number; high: number; low: number; volume: number; trades: number; at: number; first: number }
  >()

  constructor(venue: string, base: string, quote: string, price: number, seed: number) {
    this.venue = venue
    this.base = base
    this.quote = quote.replace('-PERP', '')
    this.instrument = `${base}-${quote}`
    this.scale = price > 1_000 ? 2 : price > 10 ? 3 : 5
    this.#random = numbers(seed)
    this.#open = price * (1 + (this.#random() - 0.5) * 0.08)
    this.#price = price
    this.turnover = text(4_000_000 + this.#open * 90, 2)
  }

  #at(seconds: number): number {
    const wave = Math.sin(seconds / 5_000) * 0.01 + Math.sin(seconds / 700) * 0.004 + Math.sin(seconds / 91) * 0.0012
    return this.#open * (1 + wave + Math.sin(seconds / 13 + this.#open) * 0.0004)
  }

  #name() {
    return { venue: this.venue, instrument: this.instrument, symbol: `${this.base}${this.quote}` }
  }

  definition() {
    return {
      ...this.#name(),
      kind: 'spot',
      base: this.base,
      quote: this.quote,
      settleCurrency: null,
      contractSize: null,
      contractUnit: null,
      baseMultiplier: null,
      tickSize: text(10 ** -this.scale, this.scale),
      lotSize: '0.0001',
      minimumAmount: null,
      status: 'trading',
      listedTime: null,
      expiryTime: null,
    }
  }

  summary() {
    const now = Date.now() / 1_000
    return {
      ...this.#name(),
      kind: 'spot',
      base: this.base,
      quote: this.quote,
      last: text(this.#price, this.scale),
      lastTime: micros(),
      bidPrice: text(this.#price * 0.9999, this.scale),
      askPrice: text(this.#price * 1.0001, this.scale),
      change24h: text((this.#price / this.#open - 1) * 100, 2),
      high24h: text(this.#open * 1.02, this.scale),
      low24h: text(this.#open * 0.98, this.scale),
      volume24h: text(4_000_000 / this.#open, 4),
      quoteVolume24h: this.turnover,
      spark: Array.from({ length: 48 }, (_, index) => text(this.#at(now - (48 - index) * 300), this.scale)),
      feedState: this.base === 'DOGE' ? 'recovering' : this.base === 'DOT' ? 'stale' : 'synchronised',
      simulated: true,
    }
  }

  trade(time = micros()): MockMessage {
    const seconds = time / SECOND
    this.#price = this.#at(seconds) * (1 + (this.#random() - 0.5) * 0.0004)
    const amount = this.#random() ** 4 * (40_000 / this.#open) + 0.0001
    for (const [interval, width] of Object.entries(INTERVAL_SECONDS)) {
      const at = Math.floor(seconds / width) * width
      const known = this.#live.get(interval)
      if (known === undefined || known.at !== at) {
        const start = this.#price
        this.#live.set(interval, { at, first: start, open: start, high: start, low: start, volume: amount, trades: 1 })
      } else {
        known.high = Math.max(known.high, this.#price)
        known.low = Math.min(known.low, this.#price)
        known.volume += amount
        known.trades++
      }
    }
    return {
      messageType: 'trade',
      timestamp: time,
      payload: {
        ...this.#name(),
        ...{ id: String(this.#id++), price: text(this.#price, this.scale), amount: text(amount, 4) },
        ...{ side: this.#random() > 0.48 ? 'buy' : 'sell', exchangeTime: time - 12_000, receiveTime: time },
      },
    }
  }

  candle(interval: string): MockMessage | null {
    const live = this.#live.get(interval)
    if (live === undefined) return null
    const payload = this.#candle(
      interval,
      live.at,
      live.open,
      live.high,
      live.low,
      this.#price,
      live.volume,
      live.trades,
    )
    return { messageType: 'candle', timestamp: micros(), payload }
  }

  candles(interval: string, to: number, limit: number): object[] {
    const width = INTERVAL_SECONDS[interval as keyof typeof INTERVAL_SECONDS]
    const random = numbers(Math.floor(to / SECOND / width))
    const last = Math.ceil(to / SECOND / width) * width
    return Array.from({ length: limit }, (_, index) => {
      const at = last - (index + 1) * width
      const open = this.#at(at)
      const close = this.#at(at + width)
      const reach = this.#open * 0.0006 * random()
      const volume = (random() ** 2 * 900_000) / this.#open
      return this.#candle(
        interval,
        at,
        open,
        Math.max(open, close) + reach,
        Math.min(open, close) - reach,
        close,
        volume,
        1,
      )
    })
  }

  #candle(
    interval: string,
    at: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    trades: number,
  ) {
    return {
      ...{ venue: this.venue, instrument: this.instrument, interval },
      ...{
        openTime: at * SECOND,
        closeTime: (at + INTERVAL_SECONDS[interval as keyof typeof INTERVAL_SECONDS]) * SECOND,
      },
      ...{ open: text(open, this.scale), high: text(high, this.scale), low: text(low, this.scale) },
      ...{ close: text(close, this.scale), volume: text(volume, 4), buyVolume: text(volume / 2, 4) },
      ...{ quoteVolume: text(volume * close, 4), lastTradeTime: null, trades, filled: false, final: false },
    }
  }

  history(limit: number): object[] {
    const now = micros()
    return Array.from({ length: limit }, (_, index) => this.trade(now - (index + 1) * 700_000).payload)
  }

  quoteMessage(): MockMessage {
    const half = this.#price * (0.00004 + this.#random() * 0.00008)
    return {
      messageType: 'quote',
      timestamp: micros(),
      payload: {
        ...this.#name(),
        ...{ bidPrice: text(this.#price - half, this.scale), bidAmount: '1', sequence: null },
        ...{
          askPrice: text(this.#price + half, this.scale),
          askAmount: '1',
          exchangeTime: null,
          receiveTime: micros(),
        },
      },
    }
  }

  ticker(): MockMessage {
    const summary = this.summary()
    return {
      messageType: 'ticker',
      timestamp: micros(),
      payload: {
        ...this.#name(),
        ...{ last: summary.last, open: text(this.#open, this.scale), high: summary.high24h, low: summary.low24h },
        ...{
          volume: summary.volume24h,
          quoteVolume: summary.quoteVolume24h,
          exchangeTime: null,
          receiveTime: micros(),
        },
      },
    }
  }

  /** A snapshot, or an update that moves a few levels around the middle. */
  book(kind: 'snapshot' | 'update'): MockMessage {
    const step = this.#open * 0.00008
    const middle = Math.round(this.#open / step) * step
    const level = (index: number, sign: number): [string, string] => {
      const size = (this.#random() ** 2 * 60_000 + 2_000 * index) / this.#open
      return [text(middle + sign * (index + 0.5) * step, this.scale), text(size, 4)]
    }
    const pick = (sign: number): [string, string][] =>
      kind === 'snapshot'
        ? Array.from({ length: 300 }, (_, index) => level(index, sign))
        : Array.from({ length: 3 }, () => level(Math.floor(this.#random() ** 2 * 60), sign))
    if (kind === 'update') this.#bookSequence++
    return {
      messageType: 'book',
      timestamp: micros(),
      payload: {
        ...this.#name(),
        ...{ kind, bids: pick(-1), asks: pick(1), sequence: null, exchangeTime: null, receiveTime: micros() },
        ...{ bookSequence: this.#bookSequence },
      },
    }
  }
}

export class MockWorld {
  readonly markets: MockMarket[] = []
  /** State that every book's feed is said to be in; tests change it. */
  bookState: 'synchronised' | 'recovering' | 'stale' = 'synchronised'
  #turn = 0

  /** @param derivatives adds a perpetual */
  constructor(markets: number, derivatives = false) {
    for (const [index, venue] of VENUES.entries()) {
      for (let each = 0; each < markets; each++) {
        const round = Math.floor(each / BASES.length)
        const base = `${BASES[each % BASES.length]}${round === 0 ? '' : round}`
        const price = PRICES[each % PRICES.length] ?? 1
        this.markets.push(
          new MockMarket(venue, base, venue === 'binance' ? 'USDT' : 'USD', price, index * 1_000 + each + 1),
        )
      }
    }
    if (derivatives) this.markets.push(new MockMarket('binance', 'BTC', 'USD-PERP', 61_000, 9))
    for (const market of this.markets) market.trade()
  }

  /** About `count` messages of all kinds, in turn over the markets. */
  step(count: number): MockMessage[] {
    const messages: MockMessage[] = []
    while (messages.length < count && this.markets.length > 0) {
      const market = this.markets[this.#turn++ % this.markets.length]
      if (market === undefined) break
      messages.push(market.trade(), market.quoteMessage(), market.book('update'))
      const candles = ['1s', '1m', '5m'].map((interval) => market.candle(interval)).filter((each) => each !== null)
      messages.push(...candles)
      if (this.#turn % 10 === 0) messages.push(market.ticker())
    }
    return messages
  }

  snapshot(channel: string, interval = '1m'): MockMessage[] {
    if (channel === 'feed-state') {
      return this.feeds().map((feed) => ({
        messageType: 'feed-state',
        timestamp: micros(),
        payload: { ...feed, receiveTime: micros() },
      }))
    }
    if (channel === 'gap') return this.gaps().map((gap) => ({ messageType: 'gap', timestamp: micros(), payload: gap }))
    return this.markets.flatMap((market) => {
      if (channel === 'trade') return [market.trade()]
      if (channel === 'quote') return [market.quoteMessage()]
      if (channel === 'ticker') return [market.ticker()]
      if (channel === 'book') return [market.book('snapshot')]
      const candle = channel === 'candle' ? market.candle(interval) : null
      return candle === null ? [] : [candle]
    })
  }

  /** Says the state of every feed anew. */
  feedStates(): MockMessage[] {
    return this.snapshot('feed-state')
  }

  feeds() {
    return this.markets.flatMap((market) => {
      const { venue, instrument, symbol, feedState } = market.summary()
      return CHANNELS.map((channel) => ({
        ...{ venue, instrument, symbol, channel },
        state: channel === 'book' && this.bookState !== 'synchronised' ? this.bookState : feedState,
        reason: feedState === 'synchronised' ? 'sequence without a hole' : 'mock: told to be so',
        lastMessageTime: micros() - 300_000,
        lastSequence: '8812345',
        resyncs: feedState === 'synchronised' ? 0 : 2,
        stateTime: micros(),
        openGaps: feedState === 'recovering' ? 1 : 0,
      }))
    })
  }

  gaps() {
    const now = micros()
    return this.markets.slice(0, 6).map((market, index) => {
      const { venue, instrument, symbol } = market.summary()
      const state = (['repaired', 'open', 'beyond-repair', 'partly'] as const)[index % 4]
      return {
        ...{ id: `gap-${index}`, revision: 1, venue, instrument, symbol, channel: index % 2 === 0 ? 'trade' : 'book' },
        ...{ from: now - (index + 1) * 600 * SECOND, to: index === 1 ? null : now - (index + 1) * 480 * SECOND },
        ...{ cause: index === 2 ? 'missed-trades' : 'disconnect', state, receiveTime: now },
        ...(index === 2 ? { missing: 41, missingIds: '8812301-8812340,8812345' } : { missing: null, missingIds: null }),
        evidence: 'mock: connection closed with 1006; ids 8812301 to 8812345 asked from history',
      }
    })
  }

  /** Everything is watched but the first quarter of every fourth instrument; gaps are as they are listed. */
  completeness(venue: string, instrument: string, channel: string, from: number, to: number) {
    const number = this.markets.findIndex((market) => market.venue === venue && market.instrument === instrument)
    const since = number % 4 === 3 ? from + (to - from) / 4 : from
    const gaps = this.gaps().filter(
      (gap) =>
        gap.venue === venue && gap.instrument === instrument && gap.channel === channel && gap.state !== 'repaired',
    )
    const segments: { from: number; to: number; state: string; gaps: string[] }[] = []
    const add = (state: string, start: number, end: number, ids: string[] = []): void => {
      if (start < end) segments.push({ from: start, to: end, state, gaps: ids })
    }
    add('unknown', from, since)
    let at = since
    for (const gap of gaps) {
      const start = Math.max(at, gap.from)
      add('complete', at, Math.min(start, to))
      at = Math.min(to, gap.to ?? to)
      add('missing', start, at, [gap.id])
    }
    add('complete', at, to)
    const complete = segments
      .filter(({ state }) => state === 'complete')
      .reduce((sum, { from, to }) => sum + to - from, 0)
    const missing = gaps.length > 0 && gaps.every((gap) => gap.missing !== null) ? 41 : gaps.length > 0 ? null : 0
    const state = gaps.length > 0 ? 'missing' : since > from ? 'unknown' : 'complete'
    return { venue, instrument, channel, from, to, state, completeShare: complete / (to - from), missing, segments }
  }

  audits() {
    const now = micros()
    return this.markets.slice(0, 2).map((market, index) => {
      const { venue, instrument, symbol } = market.summary()
      return {
        ...{ venue, instrument, symbol, exchangeTime: null, receiveTime: now, feedState: 'synchronised', live: true },
        ...{ subject: index === 0 ? 'candle' : 'last-price', field: index === 0 ? 'volume' : 'last' },
        ...{ ours: '12.5', theirs: '12.75', of: now - 90 * SECOND, evidence: '17 prints of ours' },
      }
    })
  }

  status() {
    const empty = this.markets.length === 0
    return {
      ...{ version: '0.0.0-mock', time: micros(), startTime: micros() - 600 * SECOND, simulated: true },
      notices: empty
        ? [
            {
              level: 'error',
              code: 'no-venue-reachable',
              text: 'No exchange can be reached. Tries go on; `npm run demo` needs no network.',
            },
          ]
        : [],
      venues: VENUES.map((id) => ({
        ...{
          id,
          name: id[0]?.toUpperCase() + id.slice(1),
          simulated: true,
          state: empty ? 'unreachable' : 'connected',
        },
        reason: empty ? 'connect ENETUNREACH; next try in 8 s' : 'every planned connection is open',
        ...{
          stateTime: micros(),
          connectionsOpen: empty ? 0 : 2,
          connectionsPlanned: 2,
          instruments: this.markets.length / 3,
        },
        ...{
          channels: CHANNELS,
          latency: empty ? null : { minimum: 8_200, p50: 21_400, p90: 64_000, p99: 190_000 },
          integrity: { trades: 'consecutive ids', books: 'sequence numbers' },
          limits: null,
        },
      })),
      feeds: { synchronised: 0, recovering: 0, stale: 0, halted: 0, unknown: 0 },
      store: { state: 'ready', reason: '' },
      log: { state: 'following', reason: '', topics: [{ topic: 'market-data', next: 100, position: 100 }] },
      stream: { clients: 1, subscriptions: 3, eventsPerSecond: 0, deliveriesPerSecond: 0 },
    }
  }
}

import { CHANNELS, type MarketEvent } from '../src/market/index.ts'
import type { AnalyticsMessage } from '../src/processor/index.ts'
import { COLUMN_TYPES, COMPUTED_COLUMNS, DERIVED_TABLES, TABLES } from '../src/store/index.ts'

/** What a kind of message is, and each field of its payload: unit, meaning, and what null or absence says. */
interface Described<Payload> {
  readonly meaning: string
  readonly topic: 'market-data' | 'analytics'
  readonly fields: { readonly [Field in keyof Required<Payload>]: readonly [type: string, meaning: string] }
}

type PayloadOf<Kind extends MarketEvent['messageType']> = Omit<
  Extract<MarketEvent, { messageType: Kind }>,
  'messageType'
>

const VENUE = ['text', 'The exchange’s market: `binance`.'] as const
const INSTRUMENT = ['text', 'The tradable in our words: `BTC-USDT`. Unique within its venue.'] as const
const SYMBOL = ['text', 'The venue’s own name of it, its case preserved.'] as const
const EXCHANGE_TIME = ['time or null', 'The venue’s time of the event. Null: its message carries none.'] as const
const RECEIVE_TIME = ['time', 'When our socket gave us the frame.'] as const
const SEQUENCE = ['whole number or null', 'The venue’s sequence number. Null: it sends none.'] as const
const CHANNEL = [CHANNELS.map((channel) => `\`${channel}\``).join(', '), 'The kind of market data.'] as const
const NOT_SENT = ['decimal or null', 'As the venue says. Null: not sent.'] as const
const LEVELS = '[[decimal, decimal]]'

const EVENTS: { readonly [Kind in MarketEvent['messageType']]: Described<PayloadOf<Kind>> } = {
  trade: {
    meaning: 'One print.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      id: ['text or null', 'The venue’s id, unique within (venue, instrument). Null: it gives none.'],
      price: ['decimal', 'In the quote asset. May be negative.'],
      amount: ['decimal', 'In the base asset, or in contracts: see `contractSize`. Never negative.'],
      side: ['`buy`, `sell`, `unknown`', 'Who crossed the spread, the taker. `unknown`: the venue does not say.'],
      exchangeTime: EXCHANGE_TIME,
      receiveTime: RECEIVE_TIME,
      backlog: ['true, or absent', 'History: sent at subscription, or fetched to repair a gap. Absent: live.'],
    },
  },
  quote: {
    meaning: 'Best bid and offer from the venue’s own feed.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      bidPrice: ['decimal or null', 'Best bid. Null: the side is empty.'],
      bidAmount: ['decimal or null', 'Amount there. Null: the side is empty.'],
      askPrice: ['decimal or null', 'Best offer. Null: the side is empty.'],
      askAmount: ['decimal or null', 'Amount there. Null: the side is empty.'],
      sequence: SEQUENCE,
      exchangeTime: EXCHANGE_TIME,
      receiveTime: RECEIVE_TIME,
    },
  },
  book: {
    meaning: 'A change of an order book. In order from a snapshot on, changes give the venue’s book.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      kind: ['`snapshot`, `update`', 'A snapshot replaces the book; an update changes the levels it names.'],
      bids: [LEVELS, '`[price, amount]`. Amount `0` in an update removes the level; a level not named stays.'],
      asks: [LEVELS, 'As `bids`.'],
      sequence: SEQUENCE,
      exchangeTime: EXCHANGE_TIME,
      receiveTime: RECEIVE_TIME,
    },
  },
  ticker: {
    meaning: 'The venue’s statistics of a rolling window: 24 hours unless its evidence table says otherwise.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      last: ['decimal or null', 'Last price. Null: not sent.'],
      open: ['decimal or null', 'Price at the start of the window. Null: not sent.'],
      high: ['decimal or null', 'Highest price. Null: not sent.'],
      low: ['decimal or null', 'Lowest price. Null: not sent.'],
      volume: ['decimal or null', 'Turnover in the base asset. Null: not sent; `0`: nothing traded.'],
      quoteVolume: ['decimal or null', 'Turnover in the quote asset. Null: not sent; `0`: nothing traded.'],
      exchangeTime: EXCHANGE_TIME,
      receiveTime: RECEIVE_TIME,
    },
  },
  'venue-candle': {
    meaning: 'A candle as the venue itself computes it. Ours, from trades, are called `candle`.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      interval: ['`1m`', 'Its width.'],
      openTime: ['time', 'Start of its interval.'],
      open: ['decimal', 'First price.'],
      high: ['decimal', 'Highest price.'],
      low: ['decimal', 'Lowest price.'],
      close: ['decimal', 'Last price.'],
      volume: ['decimal or null', 'In the unit of the venue’s trades. Null: the venue gives another.'],
      quoteVolume: ['decimal or null', 'Turnover in the quote asset. Null: not sent.'],
      trades: ['whole number or null', 'How many prints. Null: not sent.'],
      isClosed: ['true or false', 'False: its interval lasts, and it may be said again.'],
      exchangeTime: EXCHANGE_TIME,
      receiveTime: RECEIVE_TIME,
    },
  },
  funding: {
    meaning: 'What holders of a perpetual pay one another. Rates are fractions of the position; longs pay if positive.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      rate: ['decimal or null', 'The rate that will be, or was, exchanged at `fundingTime`. Null: not sent.'],
      predictedRate: ['decimal or null', 'The venue’s estimate of the rate after that. Null: not sent.'],
      fundingTime: ['time or null', 'When `rate` is exchanged. Null: not sent.'],
      intervalSeconds: ['whole number or null', 'How long one funding interval lasts. Null: not sent.'],
      exchangeTime: EXCHANGE_TIME,
      receiveTime: RECEIVE_TIME,
    },
  },
  'mark-price': {
    meaning: 'The prices by which positions are valued.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      markPrice: ['decimal or null', 'Null: not in this message.'],
      indexPrice: ['decimal or null', 'Price of the underlying index, in the quote asset. Null: not in this message.'],
      exchangeTime: EXCHANGE_TIME,
      receiveTime: RECEIVE_TIME,
    },
  },
  'open-interest': {
    meaning: 'How many contracts are open.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      openInterest: ['decimal or null', 'In the unit of the venue’s trades. Null: it gives only a value.'],
      value: ['decimal or null', 'The same in the quote (or settlement) asset, as the venue says it. Null: not sent.'],
      exchangeTime: EXCHANGE_TIME,
      receiveTime: RECEIVE_TIME,
    },
  },
  liquidation: {
    meaning: 'A position that the venue closed by force.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      id: ['text or null', 'The venue’s id. Null: it gives none.'],
      price: ['decimal', 'In the quote asset.'],
      amount: ['decimal', 'In the unit of the venue’s trades.'],
      side: ['`buy`, `sell`, `unknown`', 'Of the order that closes the position: `sell` where a long was liquidated.'],
      exchangeTime: EXCHANGE_TIME,
      receiveTime: RECEIVE_TIME,
    },
  },
  'option-summary': {
    meaning: 'Option values as the venue computes them. Volatilities are fractions: 0.65 is 65 %.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      markPrice: NOT_SENT,
      underlyingPrice: NOT_SENT,
      markVolatility: ['decimal or null', 'Implied by the mark price. Null: not sent.'],
      bidVolatility: ['decimal or null', 'Implied by the best bid. Null: not sent.'],
      askVolatility: ['decimal or null', 'Implied by the best offer. Null: not sent.'],
      delta: NOT_SENT,
      gamma: NOT_SENT,
      vega: NOT_SENT,
      theta: NOT_SENT,
      rho: NOT_SENT,
      openInterest: ['decimal or null', 'In the unit of the venue’s trades. Null: not sent.'],
      exchangeTime: EXCHANGE_TIME,
      receiveTime: RECEIVE_TIME,
    },
  },
  status: {
    meaning: 'Whether an instrument trades, as its venue says at this moment.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      status: ['`trading`, `halted`, `delisted`, `unknown`', 'In our words.'],
      venueStatus: ['text', 'The venue’s own word for it.'],
      exchangeTime: EXCHANGE_TIME,
      receiveTime: RECEIVE_TIME,
    },
  },
  audit: {
    meaning:
      'What we have and what the venue says are not the same, though nothing is known to be missing. Said by the processor, of samples; where the two agree nothing is said.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      subject: [
        '`candle`, `last-price`',
        'What was compared: our candle with the venue’s, or our last price with its ticker’s.',
      ],
      field: ['`open`, `high`, `low`, `close`, `volume`, `last`', 'What of it differs.'],
      ours: ['decimal', 'From our trades.'],
      theirs: ['decimal', 'As the venue says.'],
      of: ['time', 'Start of the candle; time of the ticker.'],
      evidence: ['text', 'What the comparison stands on, for people.'],
      exchangeTime: ['time or null', 'The venue’s time of what it said. Null: its message carries none.'],
      receiveTime: ['time', 'When the two were found to differ.'],
    },
  },
  gap: {
    meaning:
      'A stretch of a (venue, instrument, channel) that is, or was, not known to be complete. Said again with a higher revision when its state changes.',
    topic: 'market-data',
    fields: {
      id: ['text', 'Of the gap; all its revisions share it.'],
      revision: ['whole number', 'Grows from one message of the gap to the next; the highest counts.'],
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      channel: CHANNEL,
      from: ['time', 'Receive time of the last message known to be whole before it.'],
      to: ['time or null', 'Receive time of the first whole message after it. Null: it lasts.'],
      cause: [
        '`disconnect`, `collector-stopped`, `collector-crashed`, `missed-sequence`, `missed-trades`, `checksum-failed`, `stall`, `malformed-frame`, `dropped-frame`',
        'Why.',
      ],
      state: [
        '`open`, `repaired`, `partly`, `beyond-repair`',
        '`open`: being repaired or not yet judged. `repaired`: all of it is on the tape now. `partly`: some. `beyond-repair`: the venue does not give it.',
      ],
      missing: ['whole number or null', 'Messages known to be missing still. Null: the venue does not number them.'],
      missingIds: [
        'text or null',
        'Their ids as ascending ranges: `757-794,800`. Null: not numbered, or none is missing.',
      ],
      evidence: ['text', 'The facts it is concluded from, for people.'],
      receiveTime: RECEIVE_TIME,
    },
  },
  'feed-state': {
    meaning: 'The state of one feed: said when it changes, and now and then.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      channel: CHANNEL,
      state: [
        '`synchronised`, `recovering`, `stale`, `halted`, `unknown`',
        '`synchronised`: proved whole by its rule. `recovering`: being repaired. `stale`: silent beyond its usual rate, or its connection is down. `halted`: the venue says that it does not trade. `unknown`: nothing heard yet.',
      ],
      reason: ['text', 'Why, for people.'],
      lastMessageTime: ['time or null', 'Receive time of its last message. Null: there was none.'],
      lastSequence: ['text or null', 'Last sequence or id accepted, as the venue writes it. Null: none.'],
      resyncs: ['whole number', 'How often it was synchronised anew since the collector started.'],
      receiveTime: ['time', 'When it was concluded.'],
    },
  },
  coverage: {
    meaning:
      'A stretch of a feed that was watched without interruption, or filled later. What is in none was not watched. Said again with a later `until` while it lasts.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      channel: CHANNEL,
      since: ['time', 'Its beginning, which names it among the stretches of its feed.'],
      until: ['time', 'Its end as far as it is known.'],
      source: [
        '`live`, `backfill`, `import`',
        '`live`: by receive time. `backfill`, `import`: by the venue’s time, a range that was read to its end.',
      ],
      receiveTime: ['time', 'When it was said.'],
    },
  },
  instrument: {
    meaning: 'Reference data of one instrument: said when its collector first learns of it, and when it changes.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      definition: ['object', 'See “Definition of an instrument” below.'],
      receiveTime: RECEIVE_TIME,
    },
  },
  'venue-state': {
    meaning: 'How a venue’s connections stand: said when it changes, and now and then.',
    topic: 'market-data',
    fields: {
      venue: VENUE,
      state: [
        '`connected`, `partly`, `connecting`, `unreachable`, `stopped`',
        '`connected`: every planned connection is open. `partly`: some. `connecting`: the first tries are under way. `unreachable`: tries have failed and go on. `stopped`: not watched.',
      ],
      reason: ['text', 'Why, for people.'],
      connectionsOpen: ['whole number', 'Sockets that are open.'],
      connectionsPlanned: ['whole number', 'Sockets that are wanted.'],
      instruments: ['whole number', 'How many instruments are subscribed.'],
      simulated: ['true or false', 'True: the exchange is one of our simulator’s, its prices are invented.'],
      latency: [
        'object or null',
        '`minimum`, `p50`, `p90`, `p99` of receive time less venue’s time of recent trades, in microseconds: way and difference of clocks. Null: none had a time of the venue.',
      ],
      receiveTime: ['time', 'When it was concluded.'],
    },
  },
}

type Definition = PayloadOf<'instrument'>['definition']

const DEFINITION: Described<Definition>['fields'] = {
  venue: VENUE,
  id: INSTRUMENT,
  symbol: SYMBOL,
  kind: ['`spot`, `perpetual`, `future`, `option`', 'What it is.'],
  base: ['text', 'The asset that is traded: `BTC`, never `XBT`.'],
  quote: ['text', 'The asset that prices are in.'],
  settleCurrency: ['text, or absent', 'The asset that profit and loss are paid in. Absent for spot.'],
  contractSize: [
    'decimal, or absent',
    'How much of `contractUnit` one contract stands for. Absent: amounts are of the base asset.',
  ],
  contractUnit: ['`base`, `quote`, or absent', '`quote` for inverse contracts, such as 100 USD of BTC.'],
  baseMultiplier: [
    'decimal, or absent',
    'How many of the base asset one unit of the traded name is: 1000 for a market in thousands of PEPE. Absent: 1.',
  ],
  tickSize: ['decimal, or absent', 'Smallest step of the price. Absent: the venue does not say.'],
  lotSize: ['decimal, or absent', 'Smallest step of the amount. Absent: the venue does not say.'],
  minimumAmount: ['decimal, or absent', 'Smallest amount of an order. Absent: the venue does not say.'],
  status: ['`trading`, `halted`, `delisted`, `unknown`', 'Whether it can be traded now, as its venue says.'],
  listedAt: ['time, or absent', 'Start of trading. Absent: the venue does not say.'],
  expiresAt: ['time, or absent', 'Expiry. Absent: it does not expire.'],
  quoteVolume24h: ['decimal, or absent', 'Turnover of 24 hours in the quote asset, to choose the largest by.'],
  priceScale: ['whole number, or absent', 'Digits after the point with which the venue writes prices.'],
  amountScale: ['whole number, or absent', 'Digits after the point with which the venue writes amounts.'],
}

const ANALYTICS: {
  readonly [Kind in AnalyticsMessage['messageType']]: Described<
    Extract<AnalyticsMessage, { messageType: Kind }>['payload']
  >
} = {
  candle: {
    meaning:
      'A live candle, equal to the store’s: open and close are the prices of the smallest and largest (time, id).',
    topic: 'analytics',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      interval: [
        '`1s`, `1m`, `5m`, `15m`, `1h`, `1d`, `1w`',
        'Its width. Days and weeks are UTC; weeks start on Monday.',
      ],
      openTime: ['time', 'Its first microsecond.'],
      closeTime: ['time', 'The first microsecond after it.'],
      open: ['decimal', 'First price.'],
      high: ['decimal', 'Highest price.'],
      low: ['decimal', 'Lowest price.'],
      close: ['decimal', 'Last price.'],
      volume: ['decimal', 'In the unit of the trades: the base asset, or contracts; exact.'],
      buyVolume: ['decimal', 'The part of `volume` whose taker bought. `0` also where the venue does not say.'],
      quoteVolume: [
        'decimal',
        'Sum of price times amount, exact: the turnover in the quote asset where amounts are of the base asset. Of contracts the gateway makes the turnover of it.',
      ],
      trades: ['whole number', 'Prints in it; `0` on a filled candle only.'],
      filled: ['true or false', 'True: nothing traded; the close before it, repeated because `fill` was asked.'],
      final: ['true or false', 'False: its time is not over.'],
    },
  },
  'book-health': {
    meaning: 'How a book stands.',
    topic: 'analytics',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      state: ['as in `feed-state`', 'Of the book.'],
      reason: ['text', 'Why, for people.'],
      lastMessageTime: ['time or null', 'Receive time of its last message. Null: there was none.'],
      age: ['microseconds or null', 'Since then. Null: there was none.'],
      resyncs: ['whole number', 'Snapshots that replaced a book that was there.'],
      crossed: ['whole number', 'How often its best bid was found at or above its best offer.'],
      bidCount: ['whole number', 'Levels on the bid side.'],
      askCount: ['whole number', 'Levels on the offer side.'],
    },
  },
  'book-snapshot': {
    meaning: 'A whole book, written now and then so that a book of the past is found quickly.',
    topic: 'analytics',
    fields: {
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: SYMBOL,
      bids: [LEVELS, 'All levels, highest first.'],
      asks: [LEVELS, 'All levels, lowest first.'],
      sequence: ['whole number or null', 'The venue’s number of the last change in it. Null: it sends none.'],
      exchangeTime: EXCHANGE_TIME,
      receiveTime: ['time', 'Of the last change in it.'],
      marketDataPosition: ['whole number', 'Position on `market-data` that the book is of.'],
    },
  },
}

type Fields = Readonly<Record<string, readonly [type: string, meaning: string]>>

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function fieldTable(fields: Fields): string {
  return table(
    ['field', 'type', 'meaning'],
    Object.entries(fields).map(([name, [type, meaning]]) => [`\`${name}\``, type, meaning]),
  )
}

function messageSections(
  messages: Readonly<Record<string, { meaning: string; topic: string; fields: Fields }>>,
): string {
  return Object.entries(messages)
    .map(
      ([kind, { meaning, topic, fields }]) =>
        `### \`${kind}\`\n\n${meaning} Topic \`${topic}\`.\n\n${fieldTable(fields)}`,
    )
    .join('\n\n')
}

function columnTable(columns: readonly (readonly [name: string, type: string, meaning: string])[]): string {
  return table(
    ['column', 'type', 'meaning'],
    columns.map(([name, type, meaning]) => [`\`${name}\``, `\`${type}\``, meaning]),
  )
}

function tableSections(): string {
  const written = Object.entries(TABLES).map(([name, { meaning, columns }]) => {
    const own = columns.map((column) => [column.name, COLUMN_TYPES[column.kind], column.meaning] as const)
    const computed = (COMPUTED_COLUMNS[name] ?? []).map(
      (column) => [column.name, column.type, `${column.meaning} Computed when read.`] as const,
    )
    return `### \`${name}\`\n\n${meaning}\n\n${columnTable([...own, ...computed])}`
  })
  const derived = Object.entries(DERIVED_TABLES).map(([name, { meaning, columns }]) => {
    return `### \`${name}\`\n\n${meaning}\n\n${columnTable(columns.map((column) => [column.name, column.type, column.meaning]))}`
  })
  return [...written, ...derived].join('\n\n')
}

/** The page `docs/data-dictionary.md`: every message, every field, every table, every column. */
export function dataDictionary(): string {
  return `# Data dictionary

Every event that Opentape writes and every table that it keeps. This page is made from the code by \`npm run docs\`; a test
fails when it is out of date, and another compares the tables with those in the store.

## How values are written

- **time**: whole microseconds since 1970-01-01T00:00:00Z, as a number. Exact in a JavaScript number until the year 2255. Two
  clocks are never mixed: \`exchangeTime\` is the venue's, \`receiveTime\` ours. In the store times are \`DateTime64(6, 'UTC')\`.
- **decimal**: text of digits, an optional minus and point; no exponent, no leading zeros, no trailing zeros after the point
  (\`0.001\`, \`-1.5\`, \`5\`). Two decimals are equal exactly if their texts are. In the store they are \`Decimal(38, 18)\`: up to 20
  digits before the point and 18 after it. An event with a decimal beyond that is kept whole in \`rejected_events\` and counted;
  nothing is rounded.
- **null** says that there is no such fact (the venue does not send it, the side of the book is empty). **Absent** is said of a
  field that is left out. **Zero** is always a fact: an amount of \`0\` in a change of a book removes the level.

Every message is a line of JSON, \`{"messageType", "timestamp", "payload"}\`; \`timestamp\` is the event's receive time. A record of a
topic holds many lines.

## Events on the tape

${messageSections(EVENTS)}

### Definition of an instrument

The field \`definition\` of \`instrument\`.

${fieldTable(DEFINITION)}

## Analytics

${messageSections(ANALYTICS)}

## Tables of the store

The dialect is ClickHouse's. On one machine the tables are of the MergeTree family in the database \`opentape\`; on a cluster the
same with Replicated engines. They are ordered by venue, instrument and time, so that a question about one instrument reads
only its rows. How long each is kept: \`store.keep\` in [configuration.md](configuration.md).

${tableSections()}
`
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { replaySession } from '../testing/session-report.ts'
import { bitget } from './protocol.ts'

// The dialect of 2022, as its documentation and a client of that time have it: https://bitgetlimited.github.io/apidoc/en/spot/ (2026-11-22).
// Prices keep their zeros on the wire, and the checksum is taken over them.

const SPOT_URL = 'wss://ws.bitget.com/spot/v1/stream'
const MIX_URL = 'wss://ws.bitget.com/mix/v1/stream'

function line(conn: string, dir: 'open' | 'out' | 'in', url: string, data: unknown, t = 1_649_021_358.5): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  return JSON.stringify({ t, kind: 'ws', dir, url, conn, data: text })
}

function http(url: string, data: unknown): string {
  return JSON.stringify({ t: 1_649_021_350, kind: 'http', dir: 'in', url, conn: 'http.0', data: JSON.stringify(data) })
}

const SUBSCRIPTIONS = [
  { instType: 'SP', channel: 'books', instId: 'BTCUSDT' },
  { instType: 'SP', channel: 'trade', instId: 'BTCUSDT' },
  { instType: 'SP', channel: 'ticker', instId: 'BTCUSDT' },
]

const sp = (channel: string) => ({ instType: 'sp', channel, instId: 'BTCUSDT' })
const mc = (channel: string) => ({ instType: 'mc', channel, instId: 'BTCUSD' })

const SNAPSHOT = {
  action: 'snapshot',
  arg: sp('books'),
  data: [
    {
      asks: [
        ['46700.40', '0.0550'],
        ['46701.25', '0.0147'],
      ],
      bids: [['46686.68', '0.0032']],
      checksum: crc32('46686.68:0.0032:46700.40:0.0550:46701.25:0.0147') | 0,
      ts: '1649021358917',
    },
  ],
}

const UPDATE = {
  action: 'update',
  arg: sp('books'),
  data: [
    {
      asks: [
        ['46700.40', '0'],
        ['46701.30', '0.0054'],
      ],
      bids: [['46687.60', '0.0530']],
      checksum: crc32('46687.60:0.0530:46701.25:0.0147:46686.68:0.0032:46701.30:0.0054') | 0,
      ts: '1649021359467',
    },
  ],
}

const FRAMES = [
  { event: 'subscribe', arg: sp('books') },
  SNAPSHOT,
  {
    action: 'snapshot',
    arg: sp('trade'),
    data: [
      ['1649014224602', '46464.51', '0.0023', 'sell'],
      ['1649014224601', '46464.50', '0.0100', 'buy'],
    ],
  },
  UPDATE,
  { action: 'update', arg: sp('trade'), data: [['1649021359602', '46690.00', '0.0010', 'buy']] },
  {
    action: 'snapshot',
    arg: sp('ticker'),
    data: [
      {
        instId: 'BTCUSDT',
        last: '46572.07',
        open24h: '46414.54',
        high24h: '46767.30',
        low24h: '46221.11',
        bestBid: '46556.590000',
        bestAsk: '46565.670000',
        baseVolume: '1927.0855',
        quoteVolume: '89120317.8812',
        ts: 1_649_013_100_029,
        labeId: 0,
      },
    ],
  },
]

const PRODUCTS = {
  code: '00000',
  data: [
    {
      baseCoin: 'BTC',
      minTradeAmount: '0.0001',
      priceScale: '2',
      quantityScale: '4',
      quoteCoin: 'USDT',
      status: 'online',
      symbol: 'BTCUSDT_SPBL',
      symbolName: 'BTCUSDT',
    },
  ],
}

function capture(): string[] {
  return [
    http('https://api.bitget.com/api/spot/v1/public/products', PRODUCTS),
    line('ws.1', 'open', SPOT_URL, ''),
    line('ws.1', 'out', SPOT_URL, { op: 'subscribe', args: SUBSCRIPTIONS }),
    ...FRAMES.map((frame) => line('ws.1', 'in', SPOT_URL, frame)),
  ]
}

for (const [what, lines] of [
  ['a capture', capture()],
  ['one without subscriptions', capture().filter((one) => !one.includes('"dir":"out"'))],
  ['one without reference data', capture().filter((one) => !one.includes('"kind":"http"'))],
  ['frames alone', capture().filter((one) => one.includes('"dir":"in"') && one.includes('"kind":"ws"'))],
] as const) {
  test(`${what} of v1 gives trades, history apart, and books proved by their checksums`, () => {
    const report = replaySession(bitget, lines)
    assert.deepEqual(report.problems, [])
    const found = report.symbols.get('sp:BTCUSDT')
    assert.ok(found?.book !== undefined)
    assert.equal(found.trades.count, 1)
    assert.equal(found.trades.buys, 1)
    assert.equal(found.trades.amount.value, '0.001')
    assert.equal(found.backlog.count, 2)
    assert.equal(found.backlog.firstPrice, '46464.51')
    assert.equal(found.tickers, 1)
    const { state } = found.book
    assert.equal(state.state, 'synchronised')
    assert.equal(state.checksumsVerified, 2)
    assert.equal(state.checksumsFailed, 0)
    assert.deepEqual(state.bids, [
      ['46687.6', '0.053'],
      ['46686.68', '0.0032'],
    ])
    assert.deepEqual(state.asks, [
      ['46701.25', '0.0147'],
      ['46701.3', '0.0054'],
    ])
  })
}

test('a checksum that does not hold ends the book until its next snapshot', () => {
  const wrong = { ...UPDATE, data: UPDATE.data.map((row) => ({ ...row, checksum: row.checksum + 1 })) }
  const lines = [SNAPSHOT, wrong, UPDATE].map((frame) => line('ws.1', 'in', SPOT_URL, frame))
  const report = replaySession(bitget, lines)
  const state = report.symbols.get('sp:BTCUSDT')?.book?.state
  assert.equal(state?.checksumsVerified, 1)
  assert.equal(state?.checksumsFailed, 1)
  assert.equal(state?.state, 'recovering')
  const again = replaySession(bitget, [...lines, line('ws.1', 'in', SPOT_URL, SNAPSHOT)])
  assert.equal(again.symbols.get('sp:BTCUSDT')?.book?.state.state, 'synchronised')
})

test('a contract of v1: its ticker says funding, marks and open interest', () => {
  const contracts = {
    code: '00000',
    data: [
      {
        symbol: 'BTCUSD_DMCBL',
        baseCoin: 'BTC',
        quoteCoin: 'USD',
        pricePlace: '1',
        priceEndStep: '5',
        volumePlace: '3',
        minTradeNum: '0.001',
        sizeMultiplier: '0.001',
        supportMarginCoins: ['BTC', 'ETH'],
      },
    ],
  }
  const report = replaySession(bitget, [
    http('https://api.bitget.com/api/mix/v1/market/contracts?productType=dmcbl', contracts),
    line('ws.2', 'open', MIX_URL, ''),
    line('ws.2', 'out', MIX_URL, { op: 'subscribe', args: [{ instType: 'MC', channel: 'ticker', instId: 'BTCUSD' }] }),
    line('ws.2', 'in', MIX_URL, {
      action: 'snapshot',
      arg: mc('ticker'),
      data: [
        {
          instId: 'BTCUSD',
          last: '45400.5',
          bestAsk: '45401',
          bestBid: '45400.5',
          high24h: '47000',
          low24h: '44800',
          capitalRate: '0.000100',
          nextSettleTime: 1_649_030_400_000,
          systemTime: 1_649_021_359_602,
          markPrice: '45399.12',
          indexPrice: '45412.3',
          holding: '1234.567',
          baseVolume: '4321.1',
          quoteVolume: '196177940.55',
        },
      ],
    }),
  ])
  assert.deepEqual(report.problems, [])
  const kinds = report.events.map((event) => event.messageType).filter((kind) => kind !== 'feed-state')
  assert.deepEqual(kinds, ['ticker', 'funding', 'mark-price', 'open-interest'])
  const funding = report.events.find((event) => event.messageType === 'funding')
  assert.equal(funding?.instrument, 'BTC-USD-PERP')
  assert.equal(funding?.symbol, 'mc:BTCUSD')
  assert.equal(funding?.rate, '0.0001')
  assert.equal(funding?.fundingTime, 1_649_030_400_000_000)
})

test('a candle of v1 has no turnover', () => {
  const frame = {
    action: 'snapshot',
    arg: mc('candle1m'),
    data: [
      ['1654017420000', '31974', '31992.5', '31922', '31935', '9.197'],
      ['1654017480000', '31935', '31988.5', '31914.5', '31938.5', '7.004'],
    ],
  }
  const report = replaySession(bitget, [line('ws.2', 'in', MIX_URL, frame)])
  const candles = report.events.filter((event) => event.messageType === 'venue-candle')
  assert.deepEqual(
    candles.map(({ close, volume, quoteVolume, isClosed }) => [close, volume, quoteVolume, isClosed]),
    [
      ['31935', '9.197', null, false],
      ['31935', '9.197', null, true],
      ['31938.5', '7.004', null, false],
    ],
  )
})

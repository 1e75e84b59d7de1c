import { EMBEDDED_DATABASE, embeddedStoreAddress } from '../../src/store/index.ts'
import { Installation } from '../support/installation.ts'
import { atMost, type Measurement, type Settings } from '../support/measurement.ts'
import { milliseconds, percentile } from '../support/statistics.ts'

const TRADES = 20_000_000
const INSTRUMENTS = 20
const DAYS = 3
/** Trades that come within a second, as one order takes several others. */
const BURST = 5
/** One part a table each; more in one go is above what the store lets a statement take of memory. */
const INSERT_ROWS = 100_000
const REQUESTS = 300
const WARM_UP_REQUESTS = 30
const TARGET_MILLISECONDS = 25
const DAY_MILLISECONDS = 86_400_000

/**
 * Trades that cost as much as real ones: times with random microseconds, prices that walk, amounts of many sizes. Each
 * instrument has as many, spread evenly over the days.
 */
function fillStatement(from: number, rows: number, begin: number): string {
  const spread = (DAYS * DAY_MILLISECONDS * 1_000) / (TRADES / INSTRUMENTS)
  const time = `${begin * 1_000} + intDiv(number, ${INSTRUMENTS * BURST}) * ${BURST * spread} + rand(1) % 1000000`
  return `INSERT INTO trades (venue, instrument, symbol, time, ordinal, id_kind, id_text, price, amount, side, exchange_timed, receive_time, backlog)
SELECT 'binance', concat('C', leftPad(toString(number % ${INSTRUMENTS}), 2, '0'), '-USDT'),
  concat('C', leftPad(toString(number % ${INSTRUMENTS}), 2, '0'), 'USDT'),
  fromUnixTimestamp64Micro(toInt64(${time}), 'UTC'),
  100000000 + intDiv(number, ${INSTRUMENTS}), 'number', '',
  toDecimal128(round(1000 * (1 + number % ${INSTRUMENTS}) * (1 + 0.05 * sin(number / 3000000) + 0.01 * sin(number / 70000)) + (rand(2) % 200) / 100, 2), 18),
  toDecimal128(round(exp((rand(3) % 10000) / 1200) / 1000, 5), 18),
  if(rand(4) % 2 = 0, 'buy', 'sell'), true,
  fromUnixTimestamp64Micro(toInt64(${time} + 20000 + rand(5) % 30000), 'UTC'), false
FROM numbers(${from}, ${rows}) SETTINGS max_block_size = ${rows}`
}

export const candles: Measurement = {
  name: 'candles',
  title: `HTTP queries with ${TRADES / 1_000_000} million trades stored`,
  run: async (settings) => {
    const none = { enabled: false }
    const installation = await Installation.prepare({ venues: { binance: none, coinbase: none, kraken: none } })
    try {
      await installation.start()
      const begin = Math.floor(Date.now() / DAY_MILLISECONDS) * DAY_MILLISECONDS - DAYS * DAY_MILLISECONDS
      await makeInstruments(installation)
      const filled = await fill(installation, begin, settings)
      // Filling in a minute what comes in days leaves parts to be merged; nobody fills like that.
      await installation.until(
        'no part is merged any more',
        async () => (await sql(installation, 'SELECT count() FROM system.merges FORMAT TSV')).trim() === '0',
      )
      const day = begin + (DAYS - 2) * DAY_MILLISECONDS
      const range = `from=${day * 1_000}&to=${(day + DAY_MILLISECONDS) * 1_000}`
      const oneDay = await ask(
        installation,
        (name) => `candles?venue=binance&instrument=${name}&interval=1m&${range}&limit=1440`,
        1_440,
      )
      const lastTrades = await ask(installation, (name) => `trades?venue=binance&instrument=${name}&limit=100`, 100)
      const [trades, candleTable] = await Promise.all([size(installation, 'trades'), size(installation, 'candles')])
      return {
        rows: [
          { what: 'one day of 1-minute candles (1,440), p50', value: milliseconds(percentile(oneDay, 0.5)) },
          atMost(
            'one day of 1-minute candles (1,440), p99',
            percentile(oneDay, 0.99),
            TARGET_MILLISECONDS,
            milliseconds,
          ),
          { what: 'last 100 trades, p50', value: milliseconds(percentile(lastTrades, 0.5)) },
          { what: 'last 100 trades, p99', value: milliseconds(percentile(lastTrades, 0.99)) },
          { what: 'bytes on disk a trade, trades alone', value: (trades.bytes / TRADES).toFixed(1) },
          { what: '… with candles of all widths', value: ((trades.bytes + candleTable.bytes) / TRADES).toFixed(1) },
          { what: 'time to fill, candles made meanwhile', value: `${filled.toFixed(0)} s` },
        ],
        notes: [
          `${INSTRUMENTS} instruments over ${DAYS} days; ${REQUESTS} requests one after the other, each for another instrument, over one kept connection through the gateway, answers read whole, after the merges that filling left. Trades lie in ${trades.parts} parts, candles in ${candleTable.parts}.`,
        ],
      }
    } finally {
      await installation.stop()
    }
  },
}

/** The gateway serves instruments that it knows: it reads them from the store now and then. */
async function makeInstruments(installation: Installation): Promise<void> {
  await sql(
    installation,
    `INSERT INTO instruments (venue, instrument, symbol, kind, base, quote, status, updated_at)
SELECT 'binance', concat(base, '-USDT'), concat(base, 'USDT'), 'spot', concat('C', leftPad(toString(number), 2, '0')) AS base, 'USDT', 'trading', now64(6)
FROM numbers(${INSTRUMENTS})`,
  )
  await installation.until('the gateway knows the instruments', async () => {
    const { items } = await installation.json<{ items: unknown[] }>(`${installation.api}/instruments?venue=binance`)
    return items.length === INSTRUMENTS
  })
}

async function fill(installation: Installation, begin: number, settings: Settings): Promise<number> {
  const started = performance.now()
  for (let from = 0; from < TRADES; from += INSERT_ROWS) {
    await sql(installation, fillStatement(from, INSERT_ROWS, begin))
    if (from % 4_000_000 === 0) settings.say(`${from / 1_000_000} million trades stored`)
  }
  return (performance.now() - started) / 1_000
}

/** Times of the requests, sorted; in milliseconds. */
async function ask(installation: Installation, path: (instrument: string) => string, items: number): Promise<number[]> {
  const times: number[] = []
  for (let request = -WARM_UP_REQUESTS; request < REQUESTS; request++) {
    const name = `C${String((request + WARM_UP_REQUESTS) % INSTRUMENTS).padStart(2, '0')}-USDT`
    const started = performance.now()
    const response = await fetch(`${installation.api}/${path(name)}`)
    const text = await response.text()
    const elapsed = performance.now() - started
    if (request < 0) {
      const body = JSON.parse(text) as { items?: unknown[] }
      if (body.items?.length !== items) throw new Error(`${path(name)} gave ${text.slice(0, 300)}`)
    } else times.push(elapsed)
  }
  return times.sort((left, right) => left - right)
}

async function size(installation: Installation, table: string): Promise<{ bytes: number; parts: number }> {
  const text = await sql(
    installation,
    `SELECT sum(bytes_on_disk), count() FROM system.parts WHERE active AND database = '${EMBEDDED_DATABASE}' AND table = '${table}' FORMAT TSV`,
  )
  const [bytes, parts] = text.trim().split('\t').map(Number)
  return { bytes: bytes ?? 0, parts: parts ?? 0 }
}

async function sql(installation: Installation, query: string): Promise<string> {
  const address = await embeddedStoreAddress({
    host: '127.0.0.1',
    port: installation.ports.store,
    secretsDirectory: `${installation.data}/secrets`,
    user: 'writer',
  })
  const response = await fetch(`${address.url}/?database=${EMBEDDED_DATABASE}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${address.user}:${address.password}`).toString('base64')}` },
    body: query,
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`the store answered ${response.status}: ${text.slice(0, 500)}`)
  return text
}

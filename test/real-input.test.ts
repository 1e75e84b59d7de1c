import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { venueProtocol } from '../src/venues/index.ts'
import { Opentape } from './support/opentape.ts'
import { until } from './support/until.ts'

// Recorded traffic of the real exchanges is not part of the project: where it is at hand, what comes out at the end of the
// whole way must be what an independent replay of it says.
const RECORDINGS = process.env.OPENTAPE_RECORDINGS ?? resolve(import.meta.dirname, '../../shared/recordings')
const PLAYER = process.env.OPENTAPE_PLAYER ?? resolve(RECORDINGS, '../tools/venue-player.mjs')
const present = existsSync(join(RECORDINGS, 'sessions')) && existsSync(PLAYER)
const skip = present
  ? false
  : `no recordings in ${RECORDINGS} or no player ${PLAYER}; set OPENTAPE_RECORDINGS and OPENTAPE_PLAYER`

interface Truth {
  readonly symbols: Readonly<
    Record<
      string,
      {
        readonly trades: {
          readonly count: number
          readonly sum_amount?: string
          readonly taker_buy?: number
          readonly taker_sell?: number
        }
        readonly book?: { readonly full_book_sha256: string }
      }
    >
  >
}

const VENUES = [
  { venue: 'binance', dialect: undefined },
  { venue: 'coinbase', dialect: undefined },
  { venue: 'kraken', dialect: 'v1' },
] as const

for (const { venue, dialect } of VENUES) {
  test(`the recorded ${venue} session ends as exactly its trades and books`, { skip, timeout: 120_000 }, async (t) => {
    const truth: Truth = JSON.parse(readFileSync(join(RECORDINGS, 'truth', `${venue}.json`), 'utf8'))
    const names = instrumentsOf(venue)
    const player = spawn(process.execPath, [PLAYER, '--session', join(RECORDINGS, 'sessions', `${venue}.ndjson`)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => player.kill())
    const said = linesOf(player)
    await until('the player listens', async () => said.length > 0)
    const { http: rest, ws } = JSON.parse(said[0] ?? '{}')
    const others = VENUES.filter((other) => other.venue !== venue).map((other) => [other.venue, { enabled: false }])
    const opentape = await Opentape.prepare({
      ...Object.fromEntries(others),
      [venue]: {
        instruments: Object.keys(truth.symbols).map((symbol) => names.get(symbol) ?? symbol),
        endpoints: { rest, ws },
        ...(dialect === undefined ? {} : { dialect }),
      },
    })
    t.after(() => opentape.stop())
    await opentape.start()
    await until('the session has been played', async () => said.some((line) => line.startsWith('{"played"')))
    let difference = ''
    await until(
      'the store holds what the truth says',
      async () => {
        difference = await compare(opentape, venue, truth)
        return difference === ''
      },
      30_000,
    ).catch((error: unknown) => assert.fail(`${difference}; ${String(error)}`))
  })
}

async function compare(opentape: Opentape, venue: string, truth: Truth): Promise<string> {
  const rows = await opentape.sql(
    `SELECT instrument, toString(count()), toString(sum(amount)), toString(countIf(side = 'buy')), toString(countIf(side = 'sell'))
     FROM trades WHERE venue = '${venue}' AND NOT backlog GROUP BY instrument`,
  )
  const stored = new Map(rows.map(([instrument = '', ...figures]) => [instrument, figures]))
  const names = instrumentsOf(venue)
  for (const [symbol, { trades, book }] of Object.entries(truth.symbols)) {
    const [count = '0', sum = '0', buys = '0', sells = '0'] = stored.get(names.get(symbol) ?? '') ?? []
    const wanted = [
      String(trades.count),
      trades.sum_amount ?? '0',
      String(trades.taker_buy ?? 0),
      String(trades.taker_sell ?? 0),
    ]
    const found = [count, sum, buys, sells]
    if (found.join() !== wanted.join())
      return `trades of ${symbol}: ${found.join()} are stored and ${wanted.join()} happened`
    if (book === undefined) continue
    const url = `${opentape.api}/books/${venue}/${encodeURIComponent(names.get(symbol) ?? symbol)}?depth=100000`
    const { bids = [], asks = [] } = await opentape.json<{ bids?: string[][]; asks?: string[][] }>(url)
    if (hashOf(bids, asks) !== book.full_book_sha256)
      return `the book of ${symbol} differs (${bids.length} bids, ${asks.length} asks)`
  }
  return ''
}

/** Our names of the symbols in a recording, by the reference data in it. */
function instrumentsOf(venue: string): Map<string, string> {
  const [first = '{}'] = readFileSync(join(RECORDINGS, 'sessions', `${venue}.ndjson`), 'utf8').split('\n', 1)
  const { instruments } = venueProtocol(venue).instruments([JSON.parse(first).data])
  const names = new Map<string, string>(instruments.map(({ symbol, id }) => [symbol, id]))
  // Kraken's older protocol writes XBT and XDG where the present one writes BTC and DOGE.
  for (const [symbol, id] of [...names]) names.set(symbol.replace(/\bBTC\b/, 'XBT').replace(/\bDOGE\b/, 'XDG'), id)
  return names
}

/** Lines `b PRICE SIZE` from the highest bid down, then `a PRICE SIZE` from the lowest ask up. */
function hashOf(bids: readonly string[][], asks: readonly string[][]): string {
  const hash = createHash('sha256')
  for (const [price, size] of bids) hash.update(`b ${price} ${size}\n`)
  for (const [price, size] of asks) hash.update(`a ${price} ${size}\n`)
  return hash.digest('hex')
}

function linesOf(child: ChildProcess): string[] {
  const lines: string[] = []
  if (child.stdout === null) throw new Error('the player has no output')
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  void once(child, 'exit')
  return lines
}

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { importBulk } from '../../src/cli/backfill/bulk-import.ts'
import type { PastReport } from '../../src/cli/backfill/past-report.ts'
import {
  type AssetId,
  amount,
  type Instrument,
  type InstrumentId,
  type Micros,
  price,
  type TradeEvent,
  type VenueId,
  type VenueSymbol,
} from '../../src/market/index.ts'
import { tradeOf } from './past-exchange.ts'
import { PastStage } from './past-stage.ts'
import { zipOf } from './zip-file.ts'

// `opentape import` as it is, on files that are made here in the forms that exchanges publish.

const stage = await PastStage.set()
after(() => stage.close())
const folder = join(stage.directory, 'files')
await mkdir(folder)

const DAY = Date.UTC(2026, 0, 31) * 1_000

async function listed(
  venue: string,
  id: string,
  symbol: string,
  kind: Instrument['kind'],
  settle?: string,
): Promise<Instrument> {
  const [base = '', quote = ''] = id.split('-')
  const instrument: Instrument = {
    venue: venue as VenueId,
    id: id as InstrumentId,
    symbol: symbol as VenueSymbol,
    kind,
    base: base as AssetId,
    quote: quote as AssetId,
    status: 'trading',
    ...(settle === undefined ? {} : { settleCurrency: settle as AssetId }),
  }
  const { id: name, symbol: text } = instrument
  await stage.say(venue, [
    {
      messageType: 'instrument',
      venue: instrument.venue,
      instrument: name,
      symbol: text,
      definition: instrument,
      receiveTime: DAY as Micros,
    },
  ])
  return instrument
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

function checksumOf(content: Uint8Array, name: string): string {
  return `${createHash('sha256').update(content).digest('hex')}  ${name}\n`
}

async function imported(
  venue: string,
  sources: readonly string[],
  more: { readonly signal?: AbortSignal; readonly said?: string[] } = {},
): Promise<PastReport[]> {
  const reports: PastReport[] = []
  await importBulk({
    config: stage.config,
    venue,
    sources,
    instrument: undefined,
    from: undefined,
    to: undefined,
    say: (message) => more.said?.push(message),
    done: (report) => reports.push(report),
    signal: more.signal ?? new AbortController().signal,
  })
  return reports
}

const rowsOf = ([report]: readonly PastReport[]) => report?.rows

test('trades of Binance: the checksum first, each trade once, what differs is told and stays, and again is nothing new', async () => {
  const instrument = await listed('binance', 'BTC-USDT', 'BTCUSDT', 'spot')
  const rows = Array.from({ length: 12_000 }, (_, index) => {
    const time = DAY + index * 5_000_123
    return {
      id: 5_000 + index,
      time,
      line: `${5_000 + index},100.5${index % 10},0.00${1 + (index % 9)}00,1,${time},${index % 2 === 0 ? 'True' : 'False'},True`,
    }
  })
  const live = (index: number): TradeEvent => {
    const row = rows[index] as (typeof rows)[number]
    // The feed has milliseconds where the file has microseconds.
    const time = (Math.floor(row.time / 1_000) * 1_000) as Micros
    const [, at = '', size = ''] = row.line.split(',')
    return {
      ...tradeOf(instrument, String(row.id), time),
      price: price(at),
      amount: amount(size),
      side: index % 2 === 0 ? 'sell' : 'buy',
    }
  }
  const heard = Array.from({ length: 3_000 }, (_, index) => live(4_000 + index))
  heard[7] = { ...live(4_007), price: price('1') }
  await stage.say('binance', heard)
  const name = 'BTCUSDT-trades-2026-01-31.zip'
  const zip = zipOf({ 'BTCUSDT-trades-2026-01-31.csv': `${rows.map(({ line }) => line).join('\n')}\n` })
  const path = await file(name, zip)
  await file(`${name}.CHECKSUM`, checksumOf(Buffer.from('something else'), name))
  await assert.rejects(imported('binance', [path]), { code: 'CLI_CHECKSUM_WRONG' })
  assert.equal((await stage.trades('binance', 'BTC-USDT')).length, 3_000)

  await file(`${name}.CHECKSUM`, checksumOf(zip, name))
  const stopped = new AbortController()
  stopped.abort()
  await assert.rejects(imported('binance', [path], { signal: stopped.signal }), { code: 'CLI_INTERRUPTED' })
  const said: string[] = []
  const [report] = await imported('binance', [path], { said })
  assert.ok(said.some((line) => line.includes('its checksum is right')))
  assert.deepEqual(report?.rows, { read: 12_000, new: 9_000, stored: 2_999, differing: 1 })
  assert.deepEqual(
    report?.differences.map(({ what }) => what),
    ['9007'],
  )
  assert.deepEqual(report?.covered, { from: DAY, to: DAY + 86_400_000_000 })
  const stored = await stage.trades('binance', 'BTC-USDT')
  assert.equal(stored.length, 12_000)
  assert.equal(new Set(stored.map(({ id }) => id)).size, 12_000)
  assert.equal(stored.find(({ id }) => id === '9007')?.price, '1')
  assert.deepEqual(rowsOf(await imported('binance', [path])), { read: 12_000, new: 0, stored: 11_999, differing: 1 })
})

test('a damaged ZIP and an unreadable row are named, and harm nothing', async () => {
  const zip = zipOf({ 'BTCUSDT-trades-2026-01-30.csv': '1,2,3,4,1769731200000000,True,True\n' })
  zip[70] = (zip[70] ?? 0) ^ 0xff
  const damaged = await file('BTCUSDT-trades-2026-01-30.zip', zip)
  await assert.rejects(imported('binance', [damaged]), { code: 'CLI_INPUT_UNREADABLE' })
  const wrong = await file(
    'BTCUSDT-trades-2026-01-29.csv',
    '1,2,3,4,1769644800000000,True,True\n2,x,3,4,1769644800000000,True,True\n',
  )
  await assert.rejects(imported('binance', [wrong]), { code: 'VENUE_BULK_INVALID', message: /row 2/ })
  await assert.rejects(imported('binance', [join(folder, 'no-such.zip')]), { code: 'CLI_INPUT_UNREADABLE' })
})

test('contracts of Binance from a server: aggregate trades, candles and funding, with headers, whatever else is left out', async (t) => {
  await listed('binance-usdm', 'BTC-USDT-PERP', 'BTCUSDT', 'perpetual', 'USDT')
  const time = DAY / 1_000
  const files: Readonly<Record<string, string>> = {
    'BTCUSDT-aggTrades-2026-01-31': `agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n7,80000.1,0.5,1,2,${time},true\n8,80000.2,0.25,3,3,${time + 5},false\n`,
    'BTCUSDT-1m-2026-01-31': `open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n${time},1,3,0.5,2,10,${time + 59_999},20,5,1,1,0\n`,
    'BTCUSDT-fundingRate-2026-01': `calc_time,funding_interval_hours,last_funding_rate\n${time + 1},8,0.00005703\n`,
    'BTCUSDT-bookDepth-2026-01-31': 'timestamp,percentage,depth,notional\n1,2,3,4\n',
  }
  const server = createServer((request, response) => {
    const name = /^\/(.*)\.zip$/.exec(request.url ?? '')?.[1]
    const text = name === undefined ? undefined : files[name]
    response.statusCode = text === undefined ? 404 : 200
    response.end(text === undefined ? 'no' : zipOf({ [`${name}.csv`]: text }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const said: string[] = []
  const reports = await imported(
    'binance-usdm',
    Object.keys(files).map((name) => `http://127.0.0.1:${port}/${name}.zip`),
    { said },
  )
  assert.deepEqual(
    reports.map(({ channel, rows }) => [channel, rows.new]),
    [
      ['trade', 2],
      ['candle', 1],
      ['funding', 1],
    ],
  )
  assert.ok(said.some((line) => line.startsWith('BTCUSDT-bookDepth-2026-01-31.csv is left out')))
  const trades = await stage.trades('binance-usdm', 'BTC-USDT-PERP')
  assert.deepEqual(
    trades.map(({ id, amount: size, side }) => [id, size, side]),
    [
      ['7', '0.5', 'sell'],
      ['8', '0.25', 'buy'],
    ],
  )
  const again = await imported(
    'binance-usdm',
    Object.keys(files).map((name) => `http://127.0.0.1:${port}/${name}.zip`),
  )
  assert.deepEqual(
    again.map(({ rows }) => [rows.new, rows.stored]),
    [
      [0, 2],
      [0, 1],
      [0, 1],
    ],
  )
  await assert.rejects(imported('binance-usdm', [`http://127.0.0.1:${port}/none.zip`]), {
    code: 'CLI_INPUT_UNREADABLE',
  })
  const left = await readdir(join(stage.config.data, 'backfill'))
  assert.deepEqual(
    left.filter((name) => !name.endsWith('.json')),
    [],
    'what was fetched is removed',
  )
})

test('Bybit: contracts by their ids; spot, whose files have none, by what a moment says', async () => {
  const contract = await listed('bybit', 'BTC-USDT-PERP', 'BTCUSDT', 'perpetual', 'USDT')
  const spot = await listed('bybit', 'BTC-USDT', 'spot:BTCUSDT', 'spot')
  const seconds = DAY / 1_000_000
  await stage.say('bybit', [
    { ...tradeOf(contract, 'a-1', (DAY + 238_000) as Micros), price: price('100'), amount: amount('0.5'), side: 'buy' },
    {
      ...tradeOf(spot, '2290000000061', (DAY + 800_000) as Micros),
      price: price('100'),
      amount: amount('0.5'),
      side: 'buy',
    },
    {
      ...tradeOf(spot, '2290000000062', (DAY + 900_000) as Micros),
      price: price('101'),
      amount: amount('1'),
      side: 'buy',
    },
  ])
  const header =
    'timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional,RPI\n'
  const contracts = `${header}${seconds}.2389,BTCUSDT,Buy,0.5,100,PlusTick,a-1,5e9,0.5,50,0\n${seconds}.5,BTCUSDT,Sell,0.25,99.5,PlusTick,a-2,5e9,0.5,50,0\n`
  await mkdir(join(folder, 'bybit'))
  await file('bybit/BTCUSDT2026-01-31.csv.gz', gzipSync(contracts))
  const at = DAY / 1_000
  const spots = `id,timestamp,price,volume,side,rpi\n1,${at + 800},100,0.5,buy,0\n2,${at + 900},101,1,buy,0\n3,${at + 900},101,2,buy,0\n4,${at + 950},102,1,sell,0\n5,${at + 950},102,1,sell,0\n`
  await file('bybit/BTCUSDT_2026-01-31.csv.gz', gzipSync(spots))
  const reports = await imported('bybit', [join(folder, 'bybit')])
  assert.deepEqual(
    reports.map(({ instrument, rows }) => [instrument, rows.new, rows.stored, rows.differing]),
    [
      ['BTC-USDT-PERP', 1, 1, 0],
      ['BTC-USDT', 2, 2, 1],
    ],
  )
  assert.equal((await stage.trades('bybit', 'BTC-USDT')).length, 4)
  assert.deepEqual(rowsOf((await imported('bybit', [join(folder, 'bybit')])).slice(1)), {
    read: 5,
    new: 0,
    stored: 4,
    differing: 1,
  })
})

test('OKX: columns by their names, days of Hong Kong, without the noise of binary fractions', async () => {
  await listed('okx', 'BTC-USDT-PERP', 'BTC-USDT-SWAP', 'perpetual', 'USDT')
  const at = DAY / 1_000 - 8 * 3_600_000
  const text = `trade_id/撮合id,side/交易方向,size/数量,price/价格,created_time/成交时间\n11,buy,0.00044782999999999997,104933.5,${at}\n12,SELL,1e-05,104933,${at + 1}\n`
  const path = await file('BTC-USDT-SWAP-trades-2026-01-31.zip', zipOf({ 'BTC-USDT-SWAP-trades-2026-01-31.csv': text }))
  const [report] = await imported('okx', [path])
  assert.equal(report?.rows.new, 2)
  assert.equal(report?.covered?.from, DAY - 8 * 3_600_000_000)
  const trades = await stage.trades('okx', 'BTC-USDT-PERP')
  assert.deepEqual(
    trades.map(({ id, amount: size, side }) => [id, size, side]),
    [
      ['11', '0.00044783', 'buy'],
      ['12', '0.00001', 'sell'],
    ],
  )
})

test('Kraken: time and sales to the second, only where nothing is stored of it; candles of a minute', async () => {
  const instrument = await listed('kraken', 'BTC-USD', 'BTC/USD', 'spot')
  const seconds = DAY / 1_000_000
  await stage.say('kraken', [
    { ...tradeOf(instrument, '77', (DAY + 10_500_000) as Micros), price: price('100'), amount: amount('0.5') },
  ])
  const path = await file(
    'Kraken_Trading_History.zip',
    zipOf({
      'XBTUSD.csv': `${seconds},99.5,1\n${seconds},99.5,1\n${seconds + 10},100.0,0.50000000\n${seconds + 10},100.0,2\n`,
      'XBTUSD_1.csv': `${seconds},99,101,98,100,12.5,42\n`,
      'XBTUSD_60.csv': `${seconds},99,101,98,100,12.5,42\n`,
      '__MACOSX/._XBTUSD.csv': 'x',
    }),
  )
  const reports = await imported('kraken', [path])
  assert.deepEqual(
    reports.map(({ channel, rows }) => [channel, rows.new, rows.stored, rows.differing]),
    [
      ['trade', 2, 1, 1],
      ['candle', 1, 0, 0],
    ],
  )
  const trades = await stage.trades('kraken', 'BTC-USD')
  assert.deepEqual(
    trades.map(({ id, side }) => [id, side]),
    [
      [null, 'unknown'],
      [null, 'unknown'],
      ['77', 'buy'],
    ],
  )
  assert.deepEqual(rowsOf(await imported('kraken', [path])), { read: 4, new: 0, stored: 3, differing: 1 })
})

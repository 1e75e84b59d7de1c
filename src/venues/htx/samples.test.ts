import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asOpinion, opinionsOf, readSample } from '../testing/opinion.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { CONTRACT_CHANNELS, contractFromSymbol } from './contracts.ts'
import { HTX_CHANNELS, instrumentFromSymbol } from './instruments.ts'
import { htx } from './protocol.ts'

// There are samples of this venue, and no session: those lie beside the others.
const skip = recordingsAbsent('kucoin')

interface Sample {
  readonly ch?: string
  readonly ts: number
  readonly update?: boolean
}

function read(row: MessageRow) {
  const { ch = 'market.btcusdt.trade.detail', ts, update } = row.raw as Sample
  const instrument = instrumentFromSymbol(ch.split('.')[1] ?? '')
  assert.ok(instrument !== undefined)
  const book = { ch, ts, tick: { bids: [], asks: [], ts, version: 1 } }
  return readSample(htx, instrument, HTX_CHANNELS, row.raw, update === true ? [book] : [])
}

test('the samples mean what another project reads in them', { skip }, () => {
  const rows = messageRows('huobi')
  assert.equal(rows.length, 13)
  for (const row of rows) {
    const out = read(row)
    assert.deepEqual(out.refusals, [], `${row.channel} ${row.seq}`)
    // That project writes symbols in capitals, and takes the time of the message for that of the book in it (`tick.ts`).
    const found = out.events.map(asOpinion).flatMap((event) => {
      if (event === undefined) return []
      const symbol = event.symbol.toUpperCase()
      if (event.type !== 'book_change') return [{ ...event, symbol }]
      return [{ ...event, symbol, timestamp: (row.raw as Sample).ts * 1_000 }]
    })
    assert.deepEqual(found, opinionsOf(row), `${row.channel} ${row.seq}`)
  }
})

/** Samples of contracts, whose sockets are not this venue's; what they say is read all the same. */
function readContract(row: MessageRow) {
  const { ch, topic, ts, data } = row.raw as Sample & {
    readonly topic?: string
    readonly data?: ReadonlyArray<{ readonly contract_code: string }>
  }
  const symbol = ch?.split('.')[1] ?? data?.[0]?.contract_code ?? topic?.split('.')[1] ?? 'BTC-USDT'
  const instrument = contractFromSymbol(symbol)
  assert.ok(instrument !== undefined, symbol)
  const tick = (row.raw as { readonly tick?: { readonly event?: string; readonly version: number } }).tick
  // A change means nothing without the book before it.
  const whole = { ch, ts, tick: { event: 'snapshot', ts, version: (tick?.version ?? 0) - 1, bids: [], asks: [] } }
  return readSample(htx, instrument, CONTRACT_CHANNELS, row.raw, tick?.event === 'update' ? [whole] : [])
}

test('the samples of contracts mean what another project reads in them', { skip }, () => {
  const rows = [...messageRows('huobi-dm'), ...messageRows('huobi-dm-linear-swap')]
  assert.equal(rows.length, 16)
  for (const row of rows) {
    const out = readContract(row)
    // One notification names four contracts, of which the session has one.
    const refusals = out.refusals.filter(({ kind }) => kind !== 'unknown-instrument')
    assert.deepEqual(refusals, [], `${row.channel} ${row.seq}`)
    const found = out.events.map(asOpinion).flatMap((event) => {
      if (event === undefined) return []
      return event.type === 'book_change' ? [{ ...event, timestamp: (row.raw as Sample).ts * 1_000 }] : [event]
    })
    // It leaves out an empty book; we say that it is empty.
    const isEmptyBook = row.seq === 376
    if (isEmptyBook) assert.deepEqual([found[0]?.bids, found[0]?.asks], [[], []])
    const expected = opinionsOf(row).filter(({ type }) => type === 'trade' || type === 'book_change')
    assert.deepEqual(isEmptyBook ? [] : found, expected, `${row.channel} ${row.seq}`)
  }
})

test('what that project joins to one ticker of derivatives are events of their own here', { skip }, () => {
  const rows = [...messageRows('huobi-dm'), ...messageRows('huobi-dm-linear-swap')]
  const read = (seq: number) => readContract(rows.find((row) => row.seq === seq) as MessageRow)
  assert.equal(read(378).of('mark-price')[0]?.indexPrice, '243.466431823')
  assert.equal(read(403).of('mark-price')[0]?.indexPrice, '19695.41')
  assert.equal(read(379).of('open-interest')[0]?.openInterest, '648420')
  assert.equal(read(404).of('open-interest')[0]?.openInterest, '3063121')
  const [funding] = read(405).of('funding')
  assert.deepEqual(
    [funding?.rate, funding?.predictedRate, funding?.fundingTime],
    ['0.0001', '0.000236636095370214', 1_606_780_800_000_000],
  )
  // That project names the contract by its week, which it learns from `contract_info`; we name it by its code.
  const [liquidation] = read(383).of('liquidation')
  assert.deepEqual(
    [liquidation?.symbol, liquidation?.instrument, liquidation?.price, liquidation?.amount, liquidation?.side],
    ['BTC200925', 'BTC-USD-20200925', '9115.43', '319', 'sell'],
  )
  assert.equal(read(380).of('status')[0]?.status, 'trading')
})

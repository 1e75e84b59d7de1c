import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent, Micros } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { bitget } from './protocol.ts'

const AT = 1_730_332_860_000_000 as Micros

function said(raw: unknown): RecordingOutput {
  const text = JSON.stringify(raw)
  const recognised = bitget.recognise({ url: '', direction: 'in', text }, [])
  assert.ok(recognised !== undefined, text)
  const session = bitget.session({ ...recognised, instruments: [], resume: new Map(), repairTrades: false })
  const out = new RecordingOutput()
  session.opened(AT, out)
  out.clear()
  session.received(text, AT, out)
  return out
}

type Opinion = Readonly<Record<string, unknown>>

/** Our event in that project's words: names without their product, numbers as doubles. */
function asOpinion(event: MarketEvent): Opinion | undefined {
  if (!('symbol' in event)) return undefined
  const symbol = event.symbol.slice(event.symbol.indexOf(':') + 1)
  switch (event.messageType) {
    case 'trade': {
      if (event.backlog === true) return undefined
      const { id, price, amount, side } = event
      return { type: 'trade', symbol, id, price: Number(price), amount: Number(amount), side }
    }
    case 'quote': {
      const { askAmount, askPrice, bidPrice, bidAmount } = event
      const [aa, ap, bp, ba] = [askAmount, askPrice, bidPrice, bidAmount].map(Number)
      return { type: 'book_ticker', symbol, askAmount: aa, askPrice: ap, bidPrice: bp, bidAmount: ba }
    }
    case 'book': {
      const levels = (side: typeof event.bids) =>
        side.map(([price, amount]) => ({ price: Number(price), amount: Number(amount) }))
      const isSnapshot = event.kind === 'snapshot'
      return { type: 'book_change', symbol, isSnapshot, bids: levels(event.bids), asks: levels(event.asks) }
    }
    default:
      return undefined
  }
}

function withoutTime({ timestamp: _time, localTimestamp: _local, exchange: _exchange, ...rest }: Opinion): Opinion {
  return rest
}

function isCompared({ channel }: MessageRow): boolean {
  // Of `books` of v2 it says nothing, since its recorder took another channel; its ticker is compared below.
  return channel !== 'v2_books' && channel !== 'v2_ticker'
}

for (const [venue, count] of [
  ['bitget', 9],
  ['bitget-futures', 8],
] as const) {
  // There is no session of this venue, so the presence of another's says whether the samples are there.
  test(`the samples of ${venue} mean what another project reads in them`, { skip: recordingsAbsent('okx') }, () => {
    const rows = messageRows(venue)
    assert.equal(rows.length, count)
    for (const row of rows) {
      const out = said(row.raw)
      assert.deepEqual(out.refusals, [], row.channel)
      if (!isCompared(row)) continue
      const found = out.events.map(asOpinion).filter((opinion) => opinion !== undefined)
      const expected = ((row.expected ?? []) as readonly Opinion[]).map(withoutTime)
      assert.deepEqual(found, expected, `${row.channel} ${row.seq}`)
    }
  })
}

test('books of v2 are read; an update alone is of no book', { skip: recordingsAbsent('okx') }, () => {
  const rows = [...messageRows('bitget'), ...messageRows('bitget-futures')].filter(
    ({ channel }) => channel === 'v2_books',
  )
  const found = rows.map(({ raw }) => said(raw).of('book').length)
  assert.deepEqual(found, [1, 1, 0])
})

test('the ticker of a contract', { skip: recordingsAbsent('okx') }, () => {
  const [row] = messageRows('bitget-futures').filter(({ channel }) => channel === 'v2_ticker')
  const [opinion] = (row?.expected ?? []) as readonly Opinion[]
  const out = said(row?.raw)
  assert.equal(Number(out.of('ticker')[0]?.last), opinion?.lastPrice)
  assert.equal(Number(out.of('open-interest')[0]?.openInterest), opinion?.openInterest)
  assert.equal(Number(out.of('mark-price')[0]?.markPrice), opinion?.markPrice)
  assert.equal(Number(out.of('mark-price')[0]?.indexPrice), opinion?.indexPrice)
  const [funding] = out.of('funding')
  assert.equal(Number(funding?.rate), opinion?.fundingRate)
  assert.equal(new Date(Number(funding?.fundingTime) / 1_000).toISOString(), opinion?.fundingTimestamp)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { CaptureReplay } from '../capture-replay.ts'
import { messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { instrumentFromCoin } from './coin.ts'
import { PAST } from './history.ts'
import { readInstruments } from './instruments.ts'
import { hyperliquid } from './protocol.ts'

// Message samples lie beside the recorded sessions, of which this venue has none.
const skip = recordingsAbsent('kraken')
const AT = 1_800_000_000_000_000 as Micros

type Fact = Readonly<Record<string, unknown>>

function replay() {
  const capture = new CaptureReplay({ protocol: hyperliquid })
  return (t: number, data: unknown): Fact[] =>
    capture
      .push(JSON.stringify({ t, kind: 'ws', dir: 'in', url: 'wss://x', conn: '1', data: JSON.stringify(data) }))
      .filter(({ messageType }) => messageType !== 'feed-state' && messageType !== 'gap')
      .map((event) => ({ ...event }))
}

const rawOf = (name: string) => messageRows('hyperliquid').find(({ channel }) => channel === name)?.raw

test("every message sample gives what another project's reading of it gives", { skip }, () => {
  // Recorded after the trades of the samples, so that the first ones are those from before.
  const push = replay()
  const number = (value: unknown) => (value === null || value === undefined ? null : Number(value))
  let compared = 0
  for (const { channel, raw, expected } of messageRows('hyperliquid').sort((left, right) => left.seq - right.seq)) {
    if (expected === undefined) continue
    const facts = push(1_730_160_000 + 10, raw)
    const find = (type: string) => facts.filter(({ messageType }) => messageType === type)
    const one = expected[0] as Fact | undefined
    compared++
    if (channel === 'trades') {
      // They leave out the first message of a coin, which we say as backlog. A coin that is heard of late is subscribed late.
      if (one === undefined) assert.ok(find('trade').length > 0)
      else {
        const [trade] = find('trade')
        assert.deepEqual(
          [trade?.id, number(trade?.price), number(trade?.amount), trade?.side, trade?.exchangeTime],
          [one.id, one.price, one.amount, one.side, Date.parse(String(one.timestamp)) * 1_000],
        )
        assert.equal(trade?.backlog, undefined)
      }
    } else if (channel === 'l2Book') {
      const [book] = find('book')
      assert.equal(book?.kind, 'snapshot')
      const levels = (side: unknown) => (side as [string, string][]).map(([at, size]) => [Number(at), Number(size)])
      const theirs = (side: unknown) =>
        (side as { price: number; amount: number }[]).map((level) => [level.price, level.amount])
      assert.deepEqual(levels(book?.bids), theirs(one?.bids))
      assert.deepEqual(levels(book?.asks), theirs(one?.asks))
    } else {
      assert.equal(number(find('open-interest')[0]?.openInterest), one?.openInterest)
      assert.equal(number(find('funding')[0]?.rate), one?.fundingRate)
      assert.equal(number(find('mark-price')[0]?.indexPrice), one?.indexPrice)
      assert.equal(number(find('mark-price')[0]?.markPrice), one?.markPrice)
      // The message has no time: they take their own clock.
      assert.equal(find('funding')[0]?.exchangeTime, null)
    }
  }
  assert.equal(compared, 7)
})

test('the other samples: a whole book, answers of reference data and funding', { skip }, () => {
  const push = replay()
  const [book] = push(1_800_000_000, { channel: 'l2Book', data: rawOf('nautilus_ws_book_data') })
  assert.deepEqual((book?.bids as unknown[] | undefined)?.[0], ['98450.5', '2.5'])
  // Contexts of all markets name no coins.
  assert.deepEqual(push(1_800_000_000, rawOf('nautilus_ws_all_dexs_asset_ctxs')), [])

  const instrument = instrumentFromCoin('BTC')
  assert.ok(instrument !== undefined)
  const range = { instrument, from: 1_769_908_800_000_000 as Micros, to: 1_769_919_000_000_000 as Micros }
  const funding = PAST.find(({ channel }) => channel === 'funding')
  const page = funding?.read(JSON.stringify(rawOf('nautilus_http_funding_history')), range, undefined, AT)
  assert.deepEqual(
    page?.events.map((event) => (event.messageType === 'funding' ? [event.rate, event.fundingTime] : [])),
    [
      ['0.0000125', 1_769_908_800_000_000],
      ['-0.0000081', 1_769_912_400_000_000],
      ['0.0000033', 1_769_916_000_000_000],
    ],
  )

  const { instruments, skipped } = readInstruments([
    JSON.stringify([rawOf('nautilus_http_meta_perp_sample'), []]),
    '',
    JSON.stringify(rawOf('nautilus_http_all_perp_metas_non_usdc_collateral')),
  ])
  assert.deepEqual(
    instruments.map(({ symbol, id, lotSize, tickSize }) => [symbol, id, lotSize, tickSize]),
    [
      ['BTC', 'BTC-USDC-PERP', '0.00001', '0.1'],
      ['ETH', 'ETH-USDC-PERP', '0.0001', '0.01'],
      ['ATOM', 'ATOM-USDC-PERP', '0.01', '0.0001'],
    ],
  )
  // What tokens 360 and 235 are, only the answer about spot says.
  assert.equal(skipped.length, 2)
})

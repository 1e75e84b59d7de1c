import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Micros } from '../../market/index.ts'
import { FeedMaker } from '../shared/feed-maker.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { FrameReader } from './frame-reader.ts'
import { SPOT_MARKET } from './spot-market.ts'
import { StreamTable } from './stream-table.ts'
import type { StreamKind } from './streams.ts'
import { SymbolFeeds } from './symbol-feeds.ts'

const at = 1_700_000_000_000_000 as Micros

function newReader(): { readonly reader: FrameReader; readonly out: RecordingOutput } {
  let requestId = 0
  const feeds = new SymbolFeeds(SPOT_MARKET.derive('BTCUSDT'), {
    market: SPOT_MARKET,
    newRequestId: () => ++requestId,
    resume: undefined,
    repairTrades: true,
    feeds: new FeedMaker(),
  })
  const streams = new StreamTable('spot')
  const names: ReadonlyArray<readonly [string, StreamKind]> = [
    ['btcusdt@trade', 'trade'],
    ['btcusdt@bookTicker', 'book-ticker'],
    ['btcusdt@depth@100ms', 'depth'],
  ]
  for (const channel of ['trade', 'quote', 'book'] as const) feeds.add(channel)
  for (const [name, kind] of names) {
    streams.add(name, kind, feeds)
  }
  return { reader: new FrameReader(streams, new Map([['BTCUSDT', feeds]])), out: new RecordingOutput() }
}

const frames = [
  '{"stream":"btcusdt@trade","data":{"e":"trade","E":1672515782136,"s":"BTCUSDT","t":12345,"p":"0.00100000","q":"100.50","T":1672515782136,"m":true,"M":true}}',
  '{"stream":"btcusdt@trade","data":{"e":"trade","E":1672515782136,"s":"BTCUSDT","t":12345,"p":"8010","q":"0.1","b":88,"a":50,"T":1672515782136123,"m":false,"M":true}}',
  '{"stream":"btcusdt@bookTicker","data":{"u":400900217,"s":"BTCUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}}',
  '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1672515782136,"s":"BTCUSDT","U":157,"u":160,"b":[["0.0024","10"],["0.0023","0.000"]],"a":[]}}',
]

test('the frames that come all the time are read the quick way', () => {
  for (const frame of frames) {
    const { reader, out } = newReader()
    assert.equal(reader.readFast(frame, at, out), true, frame)
  }
})

test('whatever the quick way accepts, the careful way reads as the same', () => {
  const cut = fc.tuple(
    fc.nat(190),
    fc.nat(3),
    fc.oneof(fc.string({ maxLength: 3 }), fc.stringMatching(/^[-.0-9e"',:{}[\]]{0,3}$/)),
  )
  let accepted = 0
  fc.assert(
    fc.property(fc.constantFrom(...frames), fc.array(cut, { maxLength: 2 }), (original, cuts) => {
      let frame = original
      for (const [from, drop, put] of cuts) frame = frame.slice(0, from) + put + frame.slice(from + drop)
      const quick = newReader()
      if (!quick.reader.readFast(frame, at, quick.out)) {
        assert.deepEqual(quick.out.events, [])
        assert.deepEqual(quick.out.commands, [])
        return
      }
      accepted++
      const careful = newReader()
      assert.equal(careful.reader.readSlowly(frame, at, careful.out), undefined)
      assert.deepEqual(quick.out, careful.out)
    }),
    { numRuns: 5_000 },
  )
  assert.ok(accepted > 500, `${accepted} frames were accepted`)
})

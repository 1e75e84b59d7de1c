import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Micros } from '../../market/index.ts'
import { FeedMaker } from '../shared/feed-maker.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { CONTRACT_BOOK_RULE } from './book-rule.ts'
import { FrameReader } from './frame-reader.ts'
import type { BinanceMarket } from './market.ts'
import { SPOT_MARKET } from './spot-market.ts'
import { StreamTable } from './stream-table.ts'
import { streamName } from './streams.ts'
import { SymbolFeeds } from './symbol-feeds.ts'

const at = 1_700_000_000_000_000 as Micros

type Wire = BinanceMarket['wire']

const CONTRACT_MARKET: BinanceMarket = {
  ...SPOT_MARKET,
  wire: 'contract',
  bookRule: CONTRACT_BOOK_RULE,
  kinds: { trade: 'agg-trade', quote: 'book-ticker', book: 'depth', candle: 'kline' },
  bundleIds: 'own',
}

function newReader(wire: Wire): { readonly reader: FrameReader; readonly out: RecordingOutput } {
  let requestId = 0
  const market = wire === 'spot' ? SPOT_MARKET : CONTRACT_MARKET
  const feeds = new SymbolFeeds(SPOT_MARKET.derive('BTCUSDT'), {
    market,
    newRequestId: () => ++requestId,
    resume: undefined,
    repairTrades: true,
    feeds: new FeedMaker(),
  })
  const streams = new StreamTable(wire)
  for (const channel of ['trade', 'quote', 'book', 'candle'] as const) {
    feeds.add(channel)
    const kind = market.kinds[channel]
    if (kind !== undefined) streams.add(streamName('BTCUSDT', kind), kind, feeds)
  }
  // Captures of spot may have bundles beside single trades.
  if (wire === 'spot') streams.add('btcusdt@aggTrade', 'agg-trade', feeds)
  return { reader: new FrameReader(streams, new Map([['BTCUSDT', feeds]])), out: new RecordingOutput() }
}

const FRAMES: Readonly<Record<Wire, readonly string[]>> = {
  spot: [
    '{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1626992741424,"s":"BTCUSDT","k":{"t":1626992700000,"T":1626992759999,"s":"BTCUSDT","i":"1m","f":23961275,"L":23961322,"o":"1.01000","c":"1.01100","h":"1.01100","l":"1.01000","v":"3917","n":48,"x":false,"q":"3957.89900","V":"1729","Q":"1748.01900","B":"0"}}}',
    '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1633998500000,"s":"BTCUSDT","a":9,"p":"1.50","q":"2","f":5,"l":7,"T":1633998500001,"m":true,"M":true}}',
    '{"stream":"btcusdt@trade","data":{"e":"trade","E":1672515782136,"s":"BTCUSDT","t":12345,"p":"0.00100000","q":"100.50","T":1672515782136,"m":true,"M":true}}',
    '{"stream":"btcusdt@trade","data":{"e":"trade","E":1672515782136,"s":"BTCUSDT","t":12345,"p":"8010","q":"0.1","b":88,"a":50,"T":1672515782136123,"m":false,"M":true}}',
    '{"stream":"btcusdt@bookTicker","data":{"u":400900217,"s":"BTCUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}}',
    '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1672515782136,"s":"BTCUSDT","U":157,"u":160,"b":[["0.0024","10"],["0.0023","0.000"]],"a":[]}}',
  ],
  // As they were written in 2021, as they are documented today, and as coin-margined markets write them.
  contract: [
    '{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1626992741424,"s":"BTCUSDT","k":{"t":1626992700000,"T":1626992759999,"s":"BTCUSDT","i":"1m","f":23961275,"L":23961322,"o":"1.01000","c":"1.01100","h":"1.01100","l":"1.01000","v":"3917","n":48,"x":false,"q":"3957.89900","V":"1729","Q":"1748.01900","B":"0"}}}',
    '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1626992741575,"a":16599292,"s":"BTCUSDT","p":"1.01100","q":"10","f":23961322,"l":23961322,"T":1626992741421,"m":false}}',
    '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1626992741575,"s":"BTCUSDT","a":16599292,"p":"1.01100","q":"10","nq":"9","f":23961322,"l":23961322,"T":1626992741421,"m":true}}',
    '{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":600859600576,"s":"BTCUSDT","b":"7.6110","B":"2","a":"7.6120","A":"297","T":1626992741012,"E":1626992741017}}',
    '{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":400900217,"E":1568014460893,"T":1568014460891,"s":"BTCUSDT","b":"25.35190000","B":"31.21","a":"25.36520000","A":"0.00","st":1,"ps":"BTCUSDT"}}',
    '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1626992741037,"T":1626992741024,"s":"BTCUSDT","U":599090,"u":600917,"pu":598061,"b":[["7.5040","813"],["7.6090","0"]],"a":[["7.6150","1563"]]}}',
    '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1571889248277,"T":1571889248276,"s":"BTCUSDT","ps":"BTCUSDT","st":1,"U":390497796,"u":390497878,"pu":390497794,"b":[],"a":[]}}',
  ],
}

const WIRES: readonly Wire[] = ['spot', 'contract']

test('the frames that come all the time are read the quick way', () => {
  for (const wire of WIRES) {
    for (const frame of FRAMES[wire]) {
      const { reader, out } = newReader(wire)
      assert.equal(reader.readFast(frame, at, out), true, frame)
    }
  }
})

test('whatever the quick way accepts, the careful way reads as the same', () => {
  const cut = fc.tuple(
    fc.nat(330),
    fc.nat(3),
    fc.oneof(fc.string({ maxLength: 3 }), fc.stringMatching(/^[-.0-9e"',:{}[\]]{0,3}$/)),
  )
  const original = fc.constantFrom(...WIRES.flatMap((wire) => FRAMES[wire].map((frame) => [wire, frame] as const)))
  let accepted = 0
  fc.assert(
    fc.property(original, fc.array(cut, { maxLength: 2 }), ([wire, text], cuts) => {
      let frame = text
      for (const [from, drop, put] of cuts) frame = frame.slice(0, from) + put + frame.slice(from + drop)
      const quick = newReader(wire)
      if (!quick.reader.readFast(frame, at, quick.out)) {
        assert.deepEqual(quick.out.events, [])
        assert.deepEqual(quick.out.commands, [])
        return
      }
      accepted++
      const careful = newReader(wire)
      assert.equal(careful.reader.readSlowly(frame, at, careful.out), undefined)
      assert.deepEqual(quick.out, careful.out)
    }),
    { numRuns: 8_000 },
  )
  assert.ok(accepted > 500, `${accepted} frames were accepted`)
})

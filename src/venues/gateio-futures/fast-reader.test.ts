import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MarketError } from '../../market/index.ts'
import { FastReader } from '../gateio/fast-reader.ts'
import { readSpot } from '../gateio/spot-reader.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import { FactsRecorder } from '../testing/facts-recorder.ts'
import { VenueError } from '../venue-error.ts'
import { FundingTimes } from './funding-times.ts'
import { readFutures } from './reader.ts'

const HEADS = [
  '{"time":1682689046,"time_ms":1682689046142,"channel":',
  '{"time":1619093532,"channel":',
  '{"id":null,"time":1632793098,"channel":',
  '{"channel":',
]
const RESULTS: ReadonlyArray<readonly [channel: string, result: string]> = [
  [
    'spot.obu',
    '{"t":1747054612673,"full":true,"s":"ob.BTC_USDT.50","u":73777715168,"b":[["104027.10","5.50"]],"a":[]}',
  ],
  ['spot.obu', '{"t":1747054612695,"s":"ob.BTC_USDT.50","U":73777715169,"u":73777715212,"b":[["104024.5","0"]]}'],
  ['futures.obu', '{"t":1747054612695,"s":"ob.BTC_USDT.400","U":169,"u":212}'],
  [
    'spot.order_book_update',
    '{"t":1682689045398,"e":"depthUpdate","E":1682689045,"s":"BTC_USDT","U":13934528633,"u":13934528633,"b":[["29291.4","0.5124"],["1","0.000"]],"a":[]}',
  ],
  [
    'futures.order_book_update',
    '{"t":1632793098358,"s":"BTC_USD","U":3136077080,"u":3136077083,"b":[],"a":[{"p":"42372.9","s":0},{"p":"42367.1","s":"738.50"}],"l":"100"}',
  ],
  [
    'spot.book_ticker',
    '{"t":1682689046131,"u":517377894,"s":"ETC_ETH","b":"0.010326","B":"0.001","a":"0.010366","A":"10"}',
  ],
  [
    'futures.book_ticker',
    '{"t":1615366379123,"u":2517661076,"s":"BTC_USD","b":"54696.6","B":37000,"a":"54696.7","A":"4.50"}',
  ],
  [
    'spot.trades',
    '{"id":5541729598,"create_time":1682689046,"create_time_ms":"1682689046123.4560","side":"buy","currency_pair":"TLOS_BTC","amount":"89.2380","price":"0.00000644","range":"2390902-2390902","id_market":917144}',
  ],
  [
    'futures.trades',
    '[{"size":-108,"id":27753479,"create_time":1545136464,"create_time_ms":1545136464123,"price":"96.40","contract":"BTC_USD"},{"size":"2.50","id":27753480,"create_time":1545136464,"create_time_ms":1545136464123,"price":"96.5","contract":"BTC_USD","is_internal":true}]',
  ],
]
const TAILS = ['}', ',"time_ms":1747054612848}']

const frames = fc
  .tuple(fc.constantFrom(...HEADS), fc.constantFrom(...RESULTS), fc.constantFrom(...TAILS))
  .map(([head, [channel, result], tail]) => `${head}"${channel}","event":"update","result":${result}${tail}`)

/** What the careful readers say, or undefined where they refuse. */
function carefully(text: string): readonly unknown[] | undefined {
  const facts = new FactsRecorder()
  const times = new FundingTimes()
  const candles = new CandleCloser()
  try {
    const frame = parseJsonText(text)
    if (!isTextObject(frame)) return undefined
    const { channel } = frame
    if (typeof channel !== 'string') return undefined
    if (!readSpot(channel, frame, facts, candles) && !readFutures(channel, frame, facts, candles, times))
      return undefined
    return facts.calls
  } catch (error) {
    if (error instanceof VenueError || error instanceof MarketError) return undefined
    throw error
  }
}

function quickly(text: string): readonly unknown[] | undefined {
  const facts = new FactsRecorder()
  const isRead = new FastReader(() => undefined).read(text, facts)
  if (!isRead) assert.deepEqual(facts.calls, [], 'nothing is said of what is left to the careful reader')
  return isRead ? facts.calls : undefined
}

test('the frequent messages are read from their text as from their JSON', () => {
  fc.assert(
    fc.property(frames, (text) => {
      const said = quickly(text)
      assert.ok(said !== undefined && said.length > 0, text)
      assert.deepEqual(said, carefully(text))
    }),
    { numRuns: 300 },
  )
})

test('whatever is done to one, it is read as from its JSON, or left to it', () => {
  fc.assert(
    fc.property(
      frames,
      fc.nat(),
      fc.nat({ max: 3 }),
      fc.constantFrom('', '0', '"', '-', 'e5', '\\', ',', ']', ' ', '{}', '\u0000', '9', '.', 'null'),
      (text, place, removed, put) => {
        const at = place % (text.length + 1)
        const mutated = text.slice(0, at) + put + text.slice(at + removed)
        const said = quickly(mutated)
        if (said !== undefined) assert.deepEqual(said, carefully(mutated), mutated)
      },
    ),
    { numRuns: 5_000 },
  )
})

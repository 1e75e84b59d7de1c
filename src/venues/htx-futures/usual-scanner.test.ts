import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Price } from '../../market/index.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { textOf } from '../shared/text-members.ts'
import { FactsRecorder } from '../testing/facts-recorder.ts'
import { assertSameFacts } from '../testing/mutation.ts'
import { messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { type Memory, readPush } from './reader.ts'
import { readTopic } from './topics.ts'
import { scanUsual } from './usual-scanner.ts'

const BOOK_TOPIC = 'market.BTC-USDT.depth.size_150.high_freq'
const ORDERED = [
  '{"ch":"market.BTC-USDT.trade.detail","ts":1616233478594,"tick":{"id":22419995164,"ts":1616233478583,"data":[{"amount":40,"quantity":0.04,"trade_turnover":2350.796,"ts":1616233478583,"id":224199951640000,"price":58769.9,"direction":"sell"},{"amount":3,"ts":1616233478583,"id":1001291256186830001,"price":58769.10,"direction":"buy","quantity":3E-3,"trade_turnover":176}]}}',
  '{"ch":"market.EOS-USDT.trade.detail","ts":1606780814945,"tick":{"id":291891365,"ts":1606780814931,"data":[{"amount":6.2,"ts":1606780814931,"id":2918913650000,"price":3.2639,"direction":"buy"}]}}',
  '{"ch":"market.BTC-USDT.bbo","ts":1790134831587,"tick":{"mrid":100129125618683,"id":1790134831,"bid":[86859.80,6172],"ask":[86859.9,817],"ts":1790134831586,"version":100129125618683,"ch":"market.BTC-USDT.bbo"}}',
  `{"ch":"${BOOK_TOPIC}","ts":1790134831753,"tick":{"asks":[[86859.9,817],[86864.5,14.0]],"bids":[[86859.8,6172],[6.0E-8,147]],"ch":"${BOOK_TOPIC}","event":"snapshot","id":1,"mrid":1,"ts":1790134831749,"version":1789895280797}}`,
  `{"ch":"${BOOK_TOPIC}","tick":{"asks":[],"bids":[[86853.4,2],[86848.5,0]],"ch":"${BOOK_TOPIC}","event":"update","id":2,"mrid":2,"ts":1790134831871,"version":1789895280798},"ts":1790134831873}`,
  `{"ch":"${BOOK_TOPIC}","ts":1790134831873,"tick":{"asks":[[86853.4,2]],"bids":[],"event":"update","id":2,"mrid":2,"ts":1790134831871,"version":1789895280798}}`,
]
/** Their members may come in any order. */
const UNORDERED = [
  '{"ch":"market.BTC-USDT.kline.1min","ts":1603708380380,"tick":{"id":1603708380,"mrid":1,"open":13066.3,"close":13066.8,"high":13067,"low":13066.1,"amount":0.2,"vol":200,"trade_turnover":2613.3,"count":8}}',
  '{"ch":"market.BTC-USDT.detail","ts":1603707870528,"tick":{"id":1603707840,"mrid":1,"open":12916.2,"close":13065.80,"high":13205.3,"low":12852.8,"amount":30316.136,"vol":30316137,"count":1862,"trade_turnover":394538.4,"ask":[13081.9,206],"bid":[13065.8,38]}}',
  '{"ch":"market.BTC-USDT.mark_price.1min","tick":{"id":1790135100,"open":"86834.8","close":"86826.6","high":"86838.2","low":"86826.6","amount":"0","vol":"0","count":"0","trade_turnover":"0"},"ts":1790135117624}',
  '{"ch":"market.BTC-USDT.index.1min","ts":1790135117624,"tick":{"id":1790135100,"open":"86834.8","close":"86812.90428571429","high":"86838.2","low":"86826.6","amount":"0","vol":"0","count":"0","trade_turnover":"0"}}',
]

function memory(): Memory {
  return { candles: new CandleCloser(), indices: new Map([['BTC-USDT', '86000' as Price]]) }
}

function scan(frame: string, facts: MarketFacts, remembered = memory()): boolean {
  return scanUsual(frame, facts, remembered)
}

function readCarefully(frame: string, facts: MarketFacts, remembered = memory()): boolean {
  const root = parseJsonText(frame)
  assert.ok(isTextObject(root))
  const topic = readTopic(textOf(root, 'ch'))
  assert.ok(topic !== undefined)
  readPush(topic, root, facts, remembered)
  return true
}

test('what is pushed is read from its text as it is read with care, or not at all', () => {
  assertSameFacts([...ORDERED, ...UNORDERED], scan, readCarefully)
})

type Json = null | boolean | string | number | Json[] | { [name: string]: Json }

/** The same value with the members of its objects in another order. */
function reordered(value: Json, draw: (values: readonly string[]) => string[]): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => reordered(one, draw))
  return Object.fromEntries(draw(Object.keys(value)).map((name) => [name, reordered(value[name] ?? null, draw)]))
}

function permuted(frame: string, keys: readonly number[]): string {
  let place = 0
  const next = () => keys[place++ % keys.length] ?? 0
  const draw = (names: readonly string[]) =>
    names
      .map((name) => ({ name, key: next() }))
      .sort((left, right) => left.key - right.key)
      .map(({ name }) => name)
  return JSON.stringify(reordered(JSON.parse(frame) as Json, draw))
}

test('members in another order mean the same, or are left to the careful reader', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ORDERED, ...UNORDERED),
      fc.array(fc.nat({ max: 1_000 }), { minLength: 40, maxLength: 40 }),
      (frame, keys) => {
        const text = permuted(frame, keys)
        const [said, meant] = [new FactsRecorder(), new FactsRecorder()]
        readCarefully(text, meant)
        if (scan(text, said)) assert.deepEqual(said.calls, meant.calls, text)
        else assert.deepEqual(said.calls, [])
      },
    ),
    { numRuns: 1_000 },
  )
})

test('ticks of numbers are read from their text in whichever order their members come', () => {
  for (const frame of UNORDERED) {
    const { tick, ...rest } = JSON.parse(frame) as Record<string, Record<string, unknown>>
    const turned = JSON.stringify({ ...rest, tick: Object.fromEntries(Object.entries(tick ?? {}).reverse()) })
    assert.equal(scan(turned, new FactsRecorder()), true, turned)
  }
})

test('the newest index price and the last candle are remembered whoever read them', () => {
  const [candle, , mark, index] = UNORDERED as [string, string, string, string]
  const later = candle.replace('"id":1603708380', '"id":1603708440')
  const frames = [index, mark, candle, later, index.replace('86812.9', '86813.9'), mark]
  const [said, meant, mixed] = [new FactsRecorder(), new FactsRecorder(), new FactsRecorder()]
  const [ours, careful, both] = [memory(), memory(), memory()]
  for (const [place, frame] of frames.entries()) {
    scan(frame, said, ours)
    readCarefully(frame, meant, careful)
    if (place % 2 === 0) scan(frame, mixed, both)
    else readCarefully(frame, mixed, both)
  }
  assert.equal(meant.calls.length, 5)
  assert.deepEqual(said.calls, meant.calls)
  assert.deepEqual(mixed.calls, meant.calls)
})

test('trades and books of the samples are read from their text', { skip: recordingsAbsent('kucoin') }, () => {
  const rows = messageRows('huobi-dm-linear-swap').filter(({ channel }) => /trade|depth/.test(channel))
  assert.ok(rows.length > 0)
  for (const { raw } of rows) {
    const frame = JSON.stringify(raw)
    const [said, meant] = [new FactsRecorder(), new FactsRecorder()]
    assert.ok(scan(frame, said), frame)
    readCarefully(frame, meant)
    assert.deepEqual(said.calls, meant.calls)
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { FactsRecorder } from '../testing/facts-recorder.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { recordingsAbsent, sessionLines } from '../testing/recordings.ts'
import { FrameScanner } from './frame-scanner.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { okx } from './protocol.ts'
import { TickerScanner } from './ticker-scanner.ts'

const AT = 1_700_000_000_000_000 as Micros

const SNAPSHOT =
  '{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"snapshot","data":[{"asks":[["101","2","0","1"]],"bids":[["100.5","1.25","0","3"],["99","4","0","1"]],"ts":"1700000000000","checksum":0,"seqId":10,"prevSeqId":-1}]}'

const FRAMES = [
  '{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["101","0","0","0"]],"bids":[],"ts":"1700000000100","checksum":0,"prevSeqId":10,"seqId":15}]}',
  '{"arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"data":[{"asks":[["101","2","0","1"]],"bids":[["100.5","1.25","0","3"]],"ts":"1700000000100","seqId":15}]}',
  '{"arg":{"channel":"trades-all","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"130639474","px":"42219.9","sz":"0.12060306","side":"buy","source":"0","ts":"1630048897897"}]}',
  '{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"130639474","px":"42219.90","sz":"10","side":"sell","ts":"1630048897897","count":"3","seqId":1234}]}',
]

const TICKER =
  '{"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[{"instType":"SPOT","instId":"BTC-USDT","last":"30247.4","lastSz":"0.00143753","askPx":"30243.5","open24h":"29700.40","high24h":"31073","low24h":"","volCcy24h":"525802862.66014328","vol24h":"17602.15637953","ts":"1652459228536"}]}'

/** What a session says of a frame, after a snapshot. */
function said(frame: string) {
  const instrument = instrumentFromSymbol('BTC-USDT')
  assert.ok(instrument !== undefined)
  const subscriptions = okx.channels.map((channel) => ({ instrument, channel }))
  const plan = { name: 'scan', path: '', subscriptions }
  const session = okx.session({ plan, instruments: [], resume: new Map(), repairTrades: false })
  const out = new RecordingOutput()
  session.opened(AT, out)
  session.received(SNAPSHOT, AT, out)
  out.clear()
  session.received(frame, AT, out)
  return { events: out.events, refused: out.refusals.map(({ kind }) => kind) }
}

/** The same JSON, written so that only the careful reader takes it. */
function carefully(frame: string): string {
  return frame.replace('{', '{ ')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('frequent frames are read straight from their text', () => {
  const scanner = new FrameScanner()
  for (const frame of [SNAPSHOT, ...FRAMES]) {
    assert.ok(scanner.read(frame) !== undefined, frame)
    assert.equal(scanner.read(carefully(frame)), undefined)
    assert.deepEqual(said(frame), said(carefully(frame)), frame)
  }
})

test('tickers are said straight from their text', () => {
  const frames = [TICKER, TICKER.replace('"SPOT"', '"SWAP"'), TICKER.replace('"ts":"1652459228536"', '"ts":""')]
  for (const frame of frames) {
    assert.ok(new TickerScanner().read(frame, new FactsRecorder()), frame)
    assert.equal(new TickerScanner().read(carefully(frame), new FactsRecorder()), false)
    assert.equal(said(frame).events.at(-1)?.messageType, 'ticker')
    assert.deepEqual(said(frame), said(carefully(frame)), frame)
  }
})

test('whatever is done to a frame, it means what the careful reader reads in it', () => {
  let seed = 5
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  const bits = [
    '',
    '0',
    '1',
    '9',
    '-',
    '.',
    'e5',
    '"',
    ',',
    '00',
    '"0"',
    'null',
    '[]',
    '\\u0031',
    '99999999999999999999',
  ]
  let compared = 0
  for (let round = 0; round < 6_000; round++) {
    const frames = [...FRAMES, TICKER]
    const frame = frames[random(frames.length)] as string
    const from = random(frame.length)
    const mutated = frame.slice(0, from) + bits[random(bits.length)] + frame.slice(from + random(3))
    if (!isJson(mutated)) {
      assert.ok(!said(mutated).events.some(({ messageType }) => messageType === 'trade' || messageType === 'quote'))
      continue
    }
    compared++
    assert.deepEqual(said(mutated), said(carefully(mutated)), mutated)
  }
  assert.ok(compared > 1_000)
})

test('recorded books and trades are all of the usual form', { skip: recordingsAbsent('okx') }, () => {
  const scanner = new FrameScanner()
  for (const line of sessionLines('okx')) {
    const { kind, dir, data } = JSON.parse(line) as Record<string, string>
    if (kind !== 'ws' || dir !== 'in' || data === undefined || !/"channel":"(?:books|trades)".*"data"/.test(data))
      continue
    assert.ok(scanner.read(data) !== undefined, data.slice(0, 200))
  }
})

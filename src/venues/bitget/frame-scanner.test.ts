import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import type { Micros } from '../../market/index.ts'
import { InterleavedChecksum } from '../shared/interleaved-checksum.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { FrameScanner } from './frame-scanner.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { bitget } from './protocol.ts'

const AT = 1_700_000_000_000_000 as Micros
const ARGUMENT = '"arg":{"instType":"USDT-FUTURES","channel":"books","instId":"BTCUSDT"}'

const SNAPSHOT = `{"action":"snapshot",${ARGUMENT},"data":[{"asks":[["101.0","2"]],"bids":[["100.50","1.250"],["99","4"]],"checksum":0,"seq":10,"ts":"1700000000000"}],"ts":1700000000001}`
const CHECKSUM = crc32('100.50:1.250:102:7.0:99:4') | 0

const FRAMES = [
  // As v1 of 2022 wrote its books.
  `{"action":"update","arg":{"instType":"sp","channel":"books","instId":"BTCUSDT"},"data":[{"asks":[["30266.73","0.0109"]],"bids":[["30266.53","0.0130"]],"checksum":1732241839,"ts":"1653885248245"}]}`,
  `{"action":"update",${ARGUMENT},"data":[{"asks":[["101.0","0"],["102","7.0"]],"bids":[],"checksum":${CHECKSUM},"seq":15,"pseq":10,"ts":"1700000000100"}],"ts":1700000000101}`,
  `{"action":"update",${ARGUMENT},"data":[{"asks":[],"bids":[["100.5","2"]],"seq":15,"pseq":10,"ts":"1700000000100"}],"ts":1700000000101}`,
  `{"action":"snapshot",${ARGUMENT.replace('books', 'books1')},"data":[{"asks":[["101","2"]],"bids":[["100.5","1.25"]],"checksum":0,"seq":15,"ts":"1700000000100"}],"ts":1700000000101}`,
  `{"action":"update",${ARGUMENT.replace('books', 'trade')},"data":[{"ts":"1730332858796","price":"72389.99","size":"0.001373","side":"buy","tradeId":"1235671058980749319"},{"ts":"1730332858796","price":"72389.90","size":"1","side":"sell","tradeId":"1235671058980749318"}],"ts":1730332858805}`,
]

const TICKERS = [
  `{"action":"snapshot",${ARGUMENT.replace('books', 'ticker')},"data":[{"instId":"BTCUSDT","lastPr":"2.31990","bidPr":"2.3","open24h":"2.30788","high24h":"","low24h":"2.26310","change24h":"-0.00525","fundingRate":"-0.000012","nextFundingTime":"1700006400000","markPrice":"2.3199","indexPrice":"2.3201","holdingAmount":"15.50","baseVolume":"380633.702211","quoteVolume":"872518.36757971358","symbolType":1,"ts":"1700000000100"}],"ts":1700000000101}`,
  `{"action":"snapshot",${ARGUMENT.replace('books', 'ticker')},"data":[{"last":"2.5","holding":1.5,"nextFundingTime":"0","systemTime":1700000000100}]}`,
  `{"action":"snapshot",${ARGUMENT.replace('books', 'ticker')},"data":[{"last":"2.5"}],"ts":1700000000101}`,
]

/** What a session says of a frame, after a snapshot. */
function said(frame: string, snapshot = SNAPSHOT) {
  const instrument = instrumentFromSymbol('USDT-FUTURES:BTCUSDT')
  assert.ok(instrument !== undefined)
  const subscriptions = bitget.channels.map((channel) => ({ instrument, channel }))
  const plan = { name: 'scan', path: '', subscriptions }
  const session = bitget.session({ plan, instruments: [], resume: new Map(), repairTrades: false })
  const out = new RecordingOutput()
  session.opened(AT, out)
  session.received(snapshot, AT, out)
  out.clear()
  session.received(frame, AT, out)
  const statistics = session.bookStatistics().get(instrument.id)
  return { events: out.events, refused: out.refusals.map(({ kind }) => kind), statistics }
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

test('frequent frames are read straight from their text, and books keep what the wire wrote', () => {
  const scanner = new FrameScanner(() => new InterleavedChecksum())
  for (const frame of [SNAPSHOT, ...FRAMES, ...TICKERS]) {
    assert.ok(scanner.read(frame) !== undefined, frame)
    assert.equal(scanner.read(carefully(frame)), undefined)
    for (const snapshot of [SNAPSHOT, carefully(SNAPSHOT)]) {
      assert.deepEqual(said(frame, snapshot), said(carefully(frame), snapshot), frame)
    }
  }
  assert.equal(said(FRAMES[1] as string).statistics?.checksumsVerified, 1)
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
    const frames = [...FRAMES, ...TICKERS]
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

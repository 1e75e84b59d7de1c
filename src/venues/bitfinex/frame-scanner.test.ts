import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MarketError } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { FactsRecorder } from '../testing/facts-recorder.ts'
import { assertSameFacts } from '../testing/mutation.ts'
import { recordingsAbsent, sessionLines } from '../testing/recordings.ts'
import { VenueError } from '../venue-error.ts'
import { FrameScanner } from './frame-scanner.ts'
import { BitfinexWords } from './words.ts'

const CHANNELS = [
  { channel: 'book', symbol: 'tBTCUSD', prec: 'P0' },
  { channel: 'trades', symbol: 'tBTCUSD' },
  { channel: 'ticker', symbol: 'tBTCUSD' },
  { channel: 'candles', key: 'trade:1m:tBTCUSD' },
  { channel: 'book', symbol: 'tETHUSD', prec: 'R0' },
  { channel: 'status', key: 'deriv:tBTCF0:USTF0' },
].map((channel, index) => ({ event: 'subscribed', ...channel, chanId: index + 1 }))

const FRAMES = [
  '[1,[100.25,2,-0.5],7,1780000000000]',
  '[1,[100,0,1]]',
  '[1,[0.00001000,12,30.125],7]',
  '[1,[60400,0,-1],7]',
  '[1,[60400.00,3,-10.0],7]',
  '[1,"cs",-77,7,1780000000000]',
  '[1,"cs",2077123456,7]',
  '[1,"hb",7,1780000000000]',
  '[9,"hb"]',
  '[2,"te",[401597393,1780000000000,-0.005,60400.5],7,1780000000000]',
  '[2,"tu",[401597393,1780000000000,0.005,60400],7]',
  '[3,[100.1,20.5,100.2,19.25,-1.5,-0.015,100.15,3000,102,99.5],7,1780000000000]',
  '[4,[1780000000000,1,2,3,0.5,50.25],7]',
  '[5,[34006738527,8744.9,0.25],7]',
  '[6,[1780000000000,null,60400.5,60400.1,null,0.5,null,1780012800000,-0.0002,7,null,0.0001,null,null,60401,null,null,12.5],7]',
]

/** A session with a message behind it, so that a number that is left out is one that tells. */
function words(facts: MarketFacts): BitfinexWords {
  const opened = new BitfinexWords()
  opened.opened()
  for (const channel of CHANNELS) opened.read(JSON.stringify(channel), facts)
  opened.read('[1,"hb",6]', facts)
  return opened
}

/** Frames that begin with a space are left to the careful reader. */
function carefully(frame: string, facts: MarketFacts): boolean {
  return words(new FactsRecorder()).read(` ${frame}`, facts)
}

test('frames are scanned as the careful reader reads them', () => {
  const scanner = new FrameScanner()
  assertSameFacts(
    FRAMES,
    (frame, facts) => {
      if (!isScanned(scanner, frame)) return false
      attempt(words(new FactsRecorder()), frame, facts)
      return true
    },
    carefully,
  )
})

test('what is no frame of those is left to the careful reader', () => {
  const scanner = new FrameScanner()
  const others = [
    '[1,[[100,1,2],[101,1,-2]],7]',
    '[1,[],7]',
    '[1,[1e-7,3,-2],7]',
    '[1,[100,1,1],7,1780000000000,1780000000000]',
    '[1,[100,1,01],7]',
    '[1,[100,1,1],7,8]',
    '[1,[100,1,1],1780000000000,7]',
    '[01,[100,1,1],7]',
    '[1,"cs",7.5,7]',
    '[1,"cs",-0,7]',
    '[1,"hb",7',
    '[1,"hb",7]]',
    '[1,"hb",-7]',
    '[1,"hb",1234567890123456]',
    '[1234567890123,"hb"]',
    '[2,"ti",[1,2],7]',
    '[2,"te",[1,2,],7]',
    '[3,[1.,2],7]',
    ' [1,"hb"]',
    '{"event":"pong"}',
    '',
  ]
  for (const frame of others) assert.equal(isScanned(scanner, frame), false, frame)
})

const skip = recordingsAbsent('bitfinex')

test('every recorded frame says the same to both readers', { skip }, () => {
  const fast = new BitfinexWords()
  const careful = new BitfinexWords()
  const scanner = new FrameScanner()
  let scanned = 0
  for (const line of sessionLines('bitfinex')) {
    const { dir, kind, data } = JSON.parse(line) as Record<string, string>
    if (kind !== 'ws' || dir !== 'in' || data === undefined) continue
    if (isScanned(scanner, data)) scanned++
    const said = new FactsRecorder()
    const meant = new FactsRecorder()
    attempt(fast, data, said)
    attempt(careful, ` ${data}`, meant)
    assert.deepEqual(said.calls, meant.calls, data)
  }
  assert.ok(scanned > 1_600, `${scanned} frames were scanned`)
})

function isScanned(scanner: FrameScanner, frame: string): boolean {
  return scanner.level(frame) !== undefined || scanner.scan(frame) !== undefined
}

/** Frames that are refused say what they say. */
function attempt(reader: BitfinexWords, frame: string, facts: MarketFacts): void {
  try {
    reader.read(frame, facts)
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
  }
}

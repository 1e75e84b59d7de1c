import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeEvent, now } from '../../market/index.ts'
import { createLogger } from '../../platform/index.ts'
import { MemoryLog } from '../testing/memory-log.ts'
import { book, INSTRUMENT, levels, trade, VENUE } from '../testing/sample-events.ts'
import { sampleFacts } from '../testing/sample-facts.ts'
import { LiveMarket } from './live-market.ts'
import { TapeFollower } from './tape-follower.ts'

const KEY = `books/${VENUE}/${INSTRUMENT}`
const SILENT = createLogger({ role: 'gateway', level: 'silent', format: 'json' })

function snapshotLine(position: number): string {
  const payload = {
    venue: VENUE,
    instrument: INSTRUMENT,
    symbol: 'BTCUSDT',
    bids: [['100', '1']],
    asks: [['101', '1']],
    sequence: 5,
    state: 'synchronised',
    marketDataPosition: position,
  }
  return JSON.stringify({ messageType: 'book-snapshot', timestamp: now(), payload })
}

async function until(condition: () => boolean): Promise<void> {
  const limit = performance.now() + 60_000
  while (!condition()) {
    if (performance.now() > limit) throw new Error('it did not happen within a minute')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test('begins with the newest kept book and the updates after it', async () => {
  const log = new MemoryLog()
  await log.lines('market-data', 'testex/a', [encodeEvent(book('update', levels(['100', '7']), []))])
  await log.lines('market-data', 'testex/a', [encodeEvent(book('update', levels(['99', '3']), []))])
  await log.lines('analytics', KEY, [snapshotLine(1)])
  await log.lines('analytics', KEY, [snapshotLine(2)])
  const market = new LiveMarket()
  const follower = new TapeFollower(log, market, SILENT)
  await follower.catchUp(new AbortController().signal)
  assert.deepEqual(market.slot(VENUE, INSTRUMENT)?.liveBook?.book.bids(), levels(['100', '1'], ['99', '3']))
  assert.equal(market.notFollowing, undefined)
  assert.deepEqual(follower.progress['market-data'].position, 3)
})

test('a log that fails makes nothing live, and is followed on when it is back', async (context) => {
  const log = new MemoryLog()
  const market = new LiveMarket()
  const follower = new TapeFollower(log, market, SILENT)
  const abort = new AbortController()
  await follower.catchUp(abort.signal)
  const following = follower.follow(abort.signal)
  context.after(async () => {
    abort.abort()
    await following
  })
  await log.lines('market-data', 'testex/a', [encodeEvent(trade('1', '2'))])
  await until(() => market.events === 1)
  log.failure = new Error('the disk is gone')
  await log.lines('market-data', 'testex/a', [encodeEvent(trade('2', '2'))])
  await until(() => market.notFollowing?.includes('the disk is gone') === true)
  log.failure = undefined
  await until(() => market.events === 2 && market.notFollowing === undefined)
})

test('a book that is published later is taken with the updates since, without a hole', async (context) => {
  const log = new MemoryLog()
  const market = new LiveMarket()
  const follower = new TapeFollower(log, market, SILENT)
  const abort = new AbortController()
  await follower.catchUp(abort.signal)
  const following = follower.follow(abort.signal)
  context.after(async () => {
    abort.abort()
    await following
  })
  for (const [bid, amount] of [
    ['100', '7'],
    ['99', '3'],
  ] as const) {
    await log.lines('market-data', 'testex/a', [encodeEvent(book('update', levels([bid, amount]), []))])
  }
  await until(() => market.events === 2)
  assert.equal(market.slot(VENUE, INSTRUMENT)?.liveBook?.isKnown, false)
  // The first update is in the kept book, the second came after it.
  await log.lines('analytics', KEY, [snapshotLine(2)])
  await until(() => follower.progress.analytics.position === 2)
  await log.lines('market-data', 'testex/a', [encodeEvent(book('update', levels(['98', '1']), []))])
  await until(() => market.slot(VENUE, INSTRUMENT)?.liveBook?.book.bidCount === 3)
  const bids = market.slot(VENUE, INSTRUMENT)?.liveBook?.book.bids()
  assert.deepEqual(bids, levels(['100', '1'], ['99', '3'], ['98', '1']))
})

test('what the processor says of a venue is no sign of life of the venue', async () => {
  const log = new MemoryLog()
  const market = new LiveMarket()
  await log.lines('market-data', `${VENUE}/audit`, [encodeEvent(sampleFacts().audit)])
  await new TapeFollower(log, market, SILENT).catchUp(new AbortController().signal)
  assert.notEqual(market.slot(VENUE, INSTRUMENT)?.facts.audit, undefined)
  assert.equal(market.venue(VENUE), undefined)
  await log.lines('market-data', `${VENUE}/a`, [encodeEvent(trade('1', '2'))])
  await new TapeFollower(log, market, SILENT).catchUp(new AbortController().signal)
  assert.notEqual(market.venue(VENUE), undefined)
})

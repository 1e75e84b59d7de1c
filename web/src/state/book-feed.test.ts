import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BookMessage, StreamEvent } from '../../../src/gateway/schemas/index.ts'
import type { StreamClient } from '../api/stream-client.ts'
import type { StreamHandler, Wish } from '../api/subscription.ts'
import { BookFeed, bookStep } from './book-feed.ts'
import { Coalescer } from './coalescer.ts'

test('only a snapshot, and the update right after what is known, count', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(20), (last, bookSequence) => {
      assert.equal(bookStep(last, { kind: 'snapshot', bookSequence }), 'apply')
      const step = bookStep(last, { kind: 'update', bookSequence })
      if (last === 0 || bookSequence <= last) assert.equal(step, 'ignore')
      else assert.equal(step, bookSequence === last + 1 ? 'apply' : 'missing')
    }),
  )
})

/** A stream that tests speak for. */
function fakeStream() {
  const wishes: { wish: Wish; handler: StreamHandler; ended: boolean }[] = []
  const stream: Pick<StreamClient, 'subscribe'> = {
    subscribe: (wish, handler) => {
      const entry = { wish, handler, ended: false }
      wishes.push(entry)
      return () => {
        entry.ended = true
      }
    },
  }
  const of = (channel: string) => wishes.filter((each) => each.wish.channel === channel && !each.ended)
  return { stream, of }
}

function book(kind: 'snapshot' | 'update', bookSequence: number, bids: [string, string][]): StreamEvent {
  const payload: BookMessage = {
    ...{ venue: 'binance', instrument: 'BTC-USDT', symbol: 'BTCUSDT', kind, bids, asks: [], bookSequence },
    ...{ sequence: null, exchangeTime: null, receiveTime: 1 },
  }
  return { messageType: 'book', timestamp: 1, payload }
}

function feedState(state: 'synchronised' | 'stale'): StreamEvent {
  return {
    messageType: 'feed-state',
    timestamp: 1,
    payload: {
      ...{ venue: 'binance', instrument: 'BTC-USDT', symbol: 'BTCUSDT', channel: 'book', state, reason: 'test' },
      ...{ lastMessageTime: null, lastSequence: null, resyncs: 0, receiveTime: 1 },
    },
  }
}

function feedUnderTest() {
  const { stream, of } = fakeStream()
  // Every frame at once: the tests ask for the state right after a message.
  const feed = new BookFeed(stream, new Coalescer((run) => queueMicrotask(run)), 'binance', 'BTC-USDT')
  feed.start()
  const say = async (event: StreamEvent): Promise<void> => {
    for (const { handler } of of(event.messageType)) handler.message(event, false)
    await Promise.resolve()
  }
  return { feed, of, say }
}

test('a missing update takes the book anew, and until then it is not live', async () => {
  const { feed, of, say } = feedUnderTest()
  await say(feedState('synchronised'))
  await say(book('snapshot', 5, [['100', '1']]))
  of('book')[0]?.handler.ready?.()
  await Promise.resolve()
  assert.equal(feed.state.get(), 'synchronised')
  await say(book('update', 6, [['101', '2']]))
  assert.deepEqual(
    feed.ladder.get().bids.map((row) => row.price),
    ['101', '100'],
  )
  const before = of('book')[0]
  await say(book('update', 8, [['102', '2']]))
  assert.equal(feed.state.get(), 'disconnected')
  assert.equal(before?.ended, true)
  assert.equal(feed.resnapshots, 1)
  await say(book('update', 9, [['103', '2']]))
  assert.equal(feed.ladder.get().bids[0]?.price, '101')
  await say(book('snapshot', 9, [['104', '1']]))
  of('book')[0]?.handler.ready?.()
  await Promise.resolve()
  assert.equal(feed.state.get(), 'synchronised')
  assert.deepEqual(
    feed.ladder.get().bids.map((row) => row.price),
    ['104'],
  )
})

test('a lost connection keeps the levels but never calls them live', async () => {
  const { feed, of, say } = feedUnderTest()
  await say(feedState('synchronised'))
  await say(book('snapshot', 5, [['100', '1']]))
  of('book')[0]?.handler.ready?.()
  of('book')[0]?.handler.lost?.()
  await Promise.resolve()
  assert.equal(feed.state.get(), 'disconnected')
  assert.equal(feed.ladder.get().bids.length, 1)
})

test('of two states the newer counts, whoever says it', async () => {
  const { feed, of, say } = feedUnderTest()
  await say(book('snapshot', 5, [['100', '1']]))
  of('book')[0]?.handler.ready?.()
  feed.said('stale', 'its collector is silent', 10)
  feed.said('synchronised', 'an answer that was under way', 9)
  await Promise.resolve()
  assert.equal(feed.state.get(), 'stale')
})

test("the state of the exchange's feed is passed on", async () => {
  const { feed, of, say } = feedUnderTest()
  await say(book('snapshot', 5, [['100', '1']]))
  of('book')[0]?.handler.ready?.()
  await say(feedState('stale'))
  assert.equal(feed.state.get(), 'stale')
})

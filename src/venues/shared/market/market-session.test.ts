import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amount, type Channel, type Micros, price } from '../../../market/index.ts'
import type { RestRequest } from '../../protocol.ts'
import { PlainVenue, plainInstrument, plainSubscriptions } from '../../testing/plain-venue.ts'
import { RecordingOutput } from '../../testing/recording-output.ts'
import { VenueError } from '../../venue-error.ts'
import type { BookChange } from './book-rule.ts'
import type { MarketFacts } from './market-facts.ts'
import type { MarketPoll, MarketWords } from './market-words.ts'

const START = 1_700_000_000_000_000
const at = (seconds: number): Micros => (START + seconds * 1_000_000) as Micros
const btc = plainInstrument('BTC')
const eth = plainInstrument('ETH')
const BOTH = [...plainSubscriptions(btc, 'trade', 'book'), ...plainSubscriptions(eth, 'trade')]

function whole(last: number): BookChange {
  const side = { bids: [], asks: [], exchangeTime: null }
  return { kind: 'snapshot', ...side, first: last, last, previous: null }
}

function trade(symbol: string, id: string): (facts: MarketFacts) => void {
  return (facts) => facts.trade(symbol, id, price('1'), amount('2'), 'buy', null, false)
}

/** A session that is open, and what it said. */
function opened(words: Partial<MarketWords> = {}, subscriptions = BOTH) {
  const venue = new PlainVenue(words)
  const session = venue.session({ subscriptions })
  const out = new RecordingOutput()
  session.opened(at(0), out)
  const say = (meaning: (facts: MarketFacts) => void, seconds = 1): void => {
    session.received(venue.frame('said', meaning), at(seconds), out)
  }
  const states = (): string[] =>
    out.of('feed-state').map(({ symbol, channel, state }) => `${symbol} ${channel} ${state}`)
  return { session, out, say, states }
}

test('it subscribes when it is opened, and anew when it is opened anew', () => {
  const { session, out, states } = opened()
  const texts = ['subscribe trade btcusd', 'subscribe book btcusd', 'subscribe trade ethusd']
  assert.deepEqual(out.sent, texts)
  assert.deepEqual(states(), ['btcusd trade unknown', 'btcusd book unknown', 'ethusd trade unknown'])
  out.clear()
  session.closed(at(1), 'cut', out)
  session.opened(at(2), out)
  assert.deepEqual(out.sent, texts)
})

test('what was said before any subscription comes first; pings come as often as the venue wants them', () => {
  const ping = { everyMicros: 10_000_000, text: () => 'ping' }
  const { session, out } = opened({ ping, opened: () => ['hello'] })
  assert.equal(out.sent[0], 'hello')
  out.clear()
  for (let second = 1; second <= 35; second++) session.ticked(at(second), out)
  assert.deepEqual(out.sent, ['ping', 'ping', 'ping'])
  session.closed(at(36), 'cut', out)
  out.clear()
  session.ticked(at(60), out)
  assert.deepEqual(out.sent, [])
})

test('subscriptions are added and removed while it is open, without touching the others', () => {
  const { session, out, say, states } = opened()
  say(trade('btcusd', '1'))
  out.clear()
  session.changed(plainSubscriptions(eth, 'book'), plainSubscriptions(btc, 'trade', 'book'), at(2), out)
  assert.deepEqual(out.sent, ['unsubscribe trade btcusd', 'unsubscribe book btcusd', 'subscribe book ethusd'])
  assert.deepEqual(states(), ['btcusd trade unknown', 'ethusd book unknown'])
  out.clear()
  say(trade('btcusd', '2'), 3)
  assert.deepEqual([out.events, out.refusals], [[], []], 'a frame that was still under way')
  say(trade('xrpusd', '2'), 3)
  assert.deepEqual(
    out.refusals.map(({ kind }) => kind),
    ['unknown-instrument'],
  )
  out.clear()
  session.changed(plainSubscriptions(btc, 'trade'), [], at(4), out)
  say(trade('btcusd', '3'), 5)
  assert.deepEqual(
    out.of('trade').map(({ id }) => id),
    ['3'],
  )
})

test('what is wanted twice is subscribed to once, and what was not wanted is not ended', () => {
  const { session, out } = opened()
  out.clear()
  session.changed(plainSubscriptions(btc, 'trade'), plainSubscriptions(eth, 'book'), at(1), out)
  assert.deepEqual(out.sent, [])
})

test('what is refused is halted and not asked for again; the others are', () => {
  const { session, out, say, states } = opened({ confirmsSubscriptions: true })
  out.clear()
  say((facts) => facts.refused('ethusd', undefined, 'no such pair'))
  assert.deepEqual(states(), ['ethusd trade halted'])
  assert.deepEqual(
    out.refusals.map(({ kind }) => kind),
    ['venue-error'],
  )
  say((facts) => facts.subscribed('btcusd', 'book'), 2)
  out.clear()
  session.ticked(at(15), out)
  assert.deepEqual(out.sent, ['subscribe trade btcusd'])
})

test('too much at a time: what is not confirmed is asked for again soon', () => {
  const { session, out, say } = opened({ confirmsSubscriptions: true })
  say((facts) => facts.subscribed('btcusd', 'trade'))
  say((facts) => facts.tooMany('slow down'))
  const wake = out.wakeAfter(at(1))
  assert.ok(wake !== undefined && wake <= at(4))
  out.clear()
  session.ticked(wake, out)
  assert.deepEqual(out.sent, ['subscribe book btcusd', 'subscribe trade ethusd'])
})

test('channels that are rarely heard are whole as soon as they are confirmed', () => {
  const rareChannels: readonly Channel[] = ['liquidation']
  const subscriptions = plainSubscriptions(btc, 'liquidation', 'ticker')
  const { say, states } = opened({ confirmsSubscriptions: true, rareChannels }, subscriptions)
  say((facts) => {
    facts.subscribed('btcusd', 'liquidation')
    facts.subscribed('btcusd', 'ticker')
  })
  assert.deepEqual(states().slice(2), ['btcusd liquidation synchronised'])
})

test('messages of the connection that are missing make everything on it suspect', () => {
  const { session, out, say, states } = opened({ bookRule: { snapshot: 'stream' } }, [
    ...BOTH,
    ...plainSubscriptions(eth, 'ticker'),
  ])
  say((facts) => {
    trade('btcusd', '1')(facts)
    trade('ethusd', '1')(facts)
    facts.book('btcusd', whole(1))
    const { exchangeTime, ...none } = { exchangeTime: null, last: null, open: null, high: null, low: null }
    facts.ticker('ethusd', { exchangeTime, ...none, volume: null, quoteVolume: null })
  })
  out.clear()
  say((facts) => facts.connectionLost('missed-sequence', 'message 9 came after 7'), 2)
  assert.deepEqual(states().sort(), [
    'btcusd book recovering',
    'btcusd trade recovering',
    'ethusd ticker recovering',
    'ethusd trade recovering',
  ])
  assert.equal(out.of('gap').length, 4)
  assert.ok(out.of('gap').every(({ from, state }) => from === at(1) && state === 'open'))
  out.clear()
  session.ticked(at(2), out)
  assert.deepEqual(out.sent, ['unsubscribe book btcusd', 'subscribe book btcusd'])
})

test('a frame that cannot be read is refused; the book that it was of is lost', () => {
  const bookRule = { snapshot: 'stream' } as const
  const { session, out, say, states } = opened({ bookRule, bookOfMalformed: () => 'btcusd' })
  say((facts) => facts.book('btcusd', whole(1)))
  out.clear()
  say(() => {
    throw new VenueError('VENUE_TEXT_INVALID', 'a price is no number')
  }, 2)
  assert.deepEqual(
    out.refusals.map(({ kind, reason, sample }) => [kind, reason, sample]),
    [['malformed', 'a price is no number', 'said']],
  )
  assert.deepEqual(states(), ['btcusd book recovering'])
  out.clear()
  session.received('something else', at(3), out)
  assert.deepEqual(
    out.refusals.map(({ kind }) => kind),
    ['unknown-message'],
  )
})

test('a fault of ours is not taken for one of the venue', () => {
  const { say } = opened()
  assert.throws(() =>
    say(() => {
      throw new TypeError('a fault')
    }),
  )
})

test('an answer that was asked for before the connection closed is no answer to the one that followed', () => {
  const read = (body: string): BookChange => whole(Number(body))
  const request = (): Pick<RestRequest, 'path' | 'weight'> => ({ path: '/book', weight: 1 })
  const { session, out } = opened({ bookRule: { snapshot: 'rest', request, read } }, plainSubscriptions(btc, 'book'))
  session.ticked(at(6), out)
  const [first] = out.requests
  assert.ok(first !== undefined)
  session.closed(at(7), 'cut', out)
  session.opened(at(8), out)
  out.clear()
  const answer = (one: RestRequest, body: string): void =>
    session.answered(one, { kind: 'answered', response: { status: 200, body } }, at(20), out)
  answer(first, '1')
  assert.deepEqual(out.of('book'), [])
  session.ticked(at(14), out)
  const [second] = out.requests
  assert.ok(second !== undefined)
  answer(second, '2')
  assert.deepEqual(
    out.of('book').map(({ kind, sequence }) => [kind, sequence]),
    [['snapshot', 2]],
  )
})

const poll: MarketPoll = {
  channels: ['open-interest'],
  everyMicros: 60_000_000,
  request: ({ symbol }) => ({ path: `/interest?${symbol}`, weight: 1 }),
  read: (body, { symbol }, facts) => {
    if (body === '') throw new VenueError('VENUE_ANSWER_INVALID', 'empty')
    facts.openInterest(symbol, { exchangeTime: null, openInterest: amount(body), value: null })
  },
}

test('what is polled is not subscribed to, and asked for as long as somebody wants it', () => {
  const subscriptions = [...plainSubscriptions(btc, 'open-interest'), ...plainSubscriptions(eth, 'open-interest')]
  const { session, out } = opened({ polls: [poll] }, subscriptions)
  assert.deepEqual(out.sent, [])
  for (let second = 0; second < 120; second++) session.ticked(at(second), out)
  const paths = out.requests.map(({ path }) => path)
  assert.equal(paths.filter((path) => path.endsWith('btcusd')).length, 2)
  assert.equal(paths.filter((path) => path.endsWith('ethusd')).length, 2)
  const [request] = out.requests
  assert.ok(request !== undefined)
  session.answered(request, { kind: 'answered', response: { status: 200, body: '5' } }, at(120), out)
  assert.deepEqual(
    out.of('open-interest').map(({ openInterest }) => openInterest),
    ['5'],
  )
  out.clear()
  session.changed([], plainSubscriptions(btc, 'open-interest'), at(121), out)
  for (let second = 121; second < 240; second++) session.ticked(at(second), out)
  assert.ok(out.requests.every(({ path }) => path.endsWith('ethusd')))
})

test('an answer that is none or cannot be read is refused, and the poll goes on', () => {
  const { session, out } = opened({ polls: [poll] }, plainSubscriptions(btc, 'open-interest'))
  for (let second = 0; second < 200; second++) session.ticked(at(second), out)
  const [first, second, third] = out.requests
  assert.ok(first !== undefined && second !== undefined && third !== undefined)
  session.answered(first, { kind: 'answered', response: { status: 500, body: 'sorry' } }, at(201), out)
  session.answered(second, { kind: 'answered', response: { status: 200, body: '' } }, at(201), out)
  session.answered(third, { kind: 'failed', reason: 'no route' }, at(201), out)
  assert.deepEqual(
    out.refusals.map(({ kind }) => kind),
    ['venue-error', 'malformed'],
  )
})

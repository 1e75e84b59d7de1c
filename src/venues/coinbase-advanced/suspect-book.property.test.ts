import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Amount, type BookLevel, type FeedState, type Micros, OrderBook, type Price } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { instrumentFromId } from './instruments.ts'
import { coinbaseAdvanced } from './protocol.ts'

const AT = 1_780_000_000_000_000 as Micros
const PRODUCT = 'BTC-USD'
const TIME = '2026-05-28T20:26:40.123456Z'

/** A venue with one book, which numbers what it says, and answers to what it is told. */
class Venue {
  readonly book = new OrderBook()
  #sequence = 0

  change(price: number, amount: number, isBid: boolean): string {
    const level: BookLevel = [`${price}` as Price, `${amount}` as Amount]
    this.book.update(isBid ? [level] : [], isBid ? [] : [level])
    return this.#books('update', [asUpdate(level, isBid ? 'bid' : 'offer')])
  }

  heartbeat(): string {
    return this.#frame('heartbeats', [{ current_time: TIME, heartbeat_counter: 1 }])
  }

  told(text: string): string[] {
    const { type, channel } = JSON.parse(text) as Record<string, string>
    if (type !== 'subscribe' || channel !== 'level2') return []
    const bids = this.book.bids().map((level) => asUpdate(level, 'bid'))
    const asks = this.book.asks().map((level) => asUpdate(level, 'offer'))
    return [this.#books('snapshot', [...bids, ...asks])]
  }

  #books(type: string, updates: unknown[]): string {
    return this.#frame('l2_data', [{ type, product_id: PRODUCT, updates }])
  }

  #frame(channel: string, events: unknown[]): string {
    return JSON.stringify({ channel, timestamp: TIME, sequence_num: this.#sequence++, events })
  }
}

function asUpdate([price, amount]: BookLevel, side: 'bid' | 'offer') {
  return { side, event_time: TIME, price_level: price, new_quantity: amount }
}

const step = fc.record({
  price: fc.integer({ min: 90, max: 110 }),
  amount: fc.integer({ min: 0, max: 3 }),
  fault: fc.constantFrom('none', 'none', 'none', 'none', 'lost', 'garbled'),
  isFollowed: fc.boolean(),
})

test('a book that is called synchronised is the venue’s, whatever was lost or garbled; and it recovers', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const instrument = instrumentFromId(PRODUCT)
      assert.ok(instrument !== undefined)
      const plan = { name: 'market-0', path: '', subscriptions: [{ instrument, channel: 'book' as const }] }
      const session = coinbaseAdvanced.session({ plan, instruments: [], resume: new Map(), repairTrades: false })
      const venue = new Venue()
      const seen = new OrderBook()
      let state: FeedState = 'unknown'
      let at = AT
      const out = new RecordingOutput()
      const follow = () => {
        for (const event of out.events) {
          if (event.messageType === 'feed-state') state = event.state
          if (event.messageType !== 'book') continue
          if (event.kind === 'snapshot') seen.replace(event.bids, event.asks)
          else seen.update(event.bids, event.asks)
        }
        const { sent } = out
        out.clear()
        for (const frame of sent.flatMap((text) => venue.told(text))) deliver(frame)
      }
      const deliver = (frame: string) => {
        session.received(frame, at, out)
        follow()
      }
      const assertTrue = () => {
        if (state !== 'synchronised') return
        assert.deepEqual([seen.bids(), seen.asks()], [venue.book.bids(), venue.book.asks()])
      }
      session.opened(at, out)
      follow()
      for (const { price, amount, fault, isFollowed } of steps) {
        at = (at + 1_000_000) as Micros
        const frame = venue.change(price, amount, price < 100)
        if (fault === 'garbled') deliver(frame.slice(0, -5))
        else if (fault === 'none') deliver(frame)
        if (isFollowed) deliver(venue.heartbeat())
        // What was lost just now shows in the next number only.
        if (fault !== 'lost' || isFollowed) assertTrue()
        session.ticked(at, out)
        follow()
      }
      for (let tick = 0; tick < 200; tick++) {
        at = (at + 1_000_000) as Micros
        deliver(venue.heartbeat())
        session.ticked(at, out)
        follow()
      }
      assert.equal(state, 'synchronised')
      assertTrue()
    }),
    { numRuns: 60 },
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { type Amount, type FeedState, type Micros, OrderBook, type Price } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { bitfinex } from './protocol.ts'

const AT = 1_780_000_000_000_000 as Micros
const SYMBOL = 'tBTCUSD'

/** A venue with one book, which numbers what it says, and answers to what it is told. */
class Venue {
  readonly book = new OrderBook()
  #sequence = 0
  #chanId = 0

  change(price: number, amount: number, isBid: boolean): string {
    const level = [`${price}` as Price, `${amount}` as Amount] as const
    this.book.update(isBid ? [level] : [], isBid ? [] : [level])
    return this.#frame([price, amount === 0 ? 0 : 1, (isBid ? 1 : -1) * (amount === 0 ? 1 : amount)])
  }

  checksum(): string {
    const bids = this.book.bids(25)
    const asks = this.book.asks(25)
    const texts = Array.from({ length: 25 }, (_, index) => [bids[index]?.join(':'), asks[index]?.join(':-')])
    return this.#frame('cs', crc32(texts.flat().filter(Boolean).join(':')) | 0)
  }

  told(text: string): string[] {
    const { event, channel } = JSON.parse(text) as Record<string, string>
    if (event !== 'subscribe' || channel !== 'book') return []
    const levels = [
      ...this.book.bids().map(([price, amount]) => [Number(price), 1, Number(amount)]),
      ...this.book.asks().map(([price, amount]) => [Number(price), 1, -Number(amount)]),
    ]
    const confirmation = { event: 'subscribed', channel, chanId: ++this.#chanId, symbol: SYMBOL, prec: 'P0' }
    return [JSON.stringify(confirmation), this.#frame(levels)]
  }

  #frame(...payload: unknown[]): string {
    return JSON.stringify([this.#chanId, ...payload, ++this.#sequence, 1_780_000_000_000])
  }
}

const step = fc.record({
  price: fc.integer({ min: 90, max: 110 }),
  amount: fc.integer({ min: 0, max: 3 }),
  fault: fc.constantFrom('none', 'none', 'none', 'none', 'lost', 'garbled', 'twice'),
  isChecked: fc.boolean(),
})

test('a book that is called synchronised is the venue’s, whatever was lost, repeated or garbled; and it recovers', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const instrument = instrumentFromSymbol(SYMBOL)
      assert.ok(instrument !== undefined)
      const plan = { name: 'market-0', path: '', subscriptions: [{ instrument, channel: 'book' as const }] }
      const session = bitfinex.session({ plan, instruments: [], resume: new Map(), repairTrades: false })
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
        if (state === 'synchronised') {
          assert.deepEqual([seen.bids(), seen.asks()], [venue.book.bids(), venue.book.asks()])
        }
      }
      session.opened(at, out)
      follow()
      for (const { price, amount, fault, isChecked } of steps) {
        at = (at + 1_000_000) as Micros
        const frame = venue.change(price, amount, price < 100)
        if (fault === 'garbled') deliver(frame.slice(0, -9))
        else if (fault !== 'lost') deliver(frame)
        if (fault === 'twice') deliver(frame)
        if (isChecked) deliver(venue.checksum())
        // What was lost just now shows in the next number only.
        if (fault !== 'lost' || isChecked) assertTrue()
        session.ticked(at, out)
        follow()
      }
      for (let tick = 0; tick < 200; tick++) {
        at = (at + 1_000_000) as Micros
        deliver(venue.checksum())
        session.ticked(at, out)
        follow()
      }
      assert.equal(state, 'synchronised')
      assertTrue()
    }),
    { numRuns: 60 },
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Amount, type Micros, OrderBook, type Price } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { krakenFutures } from './protocol.ts'

const PRODUCT = 'PI_XBTUSD'
const FAULTS = [
  'none',
  'none',
  'none',
  'none',
  'none',
  'none',
  'lose',
  'repeat',
  'garble',
  'cut',
  'wait',
  'wait',
] as const

const text = (book: OrderBook) => `${book.bids().join(' ')} | ${book.asks().join(' ')}`

/** The venue's book, one level a message, and the session that follows it. */
class Trial {
  readonly #venue = new OrderBook()
  readonly #mine = new OrderBook()
  readonly #states = new Map<number, string>()
  readonly #out = new RecordingOutput()
  readonly #session
  #sequence = 1_000
  #mySequence = 0
  #last = ''
  #at = 1_700_000_000_000_000
  state = 'unknown'

  constructor() {
    const instrument = instrumentFromSymbol(PRODUCT)
    assert.ok(instrument !== undefined)
    const subscriptions = [{ instrument, channel: 'book' as const }]
    const plan = { name: 'x', path: '', subscriptions }
    this.#session = krakenFutures.session({ plan, instruments: [instrument], resume: new Map(), repairTrades: false })
    this.#states.set(this.#sequence, text(this.#venue))
    this.#session.opened(this.#now, this.#out)
    this.#settle()
  }

  get #now(): Micros {
    return this.#at as Micros
  }

  step(fault: (typeof FAULTS)[number], isBid: boolean, price: number, qty: number): void {
    this.#at += fault === 'wait' ? 61_000_000 : 1_000
    if (fault === 'wait') this.#session.ticked(this.#now, this.#out)
    else if (fault === 'repeat') this.#receive(this.#last)
    else if (fault === 'cut') {
      this.#session.closed(this.#now, 'cut', this.#out)
      this.#settle()
      this.#session.opened(this.#now, this.#out)
    } else {
      const level = [`${price + (isBid ? 0 : 10)}` as Price, `${qty}` as Amount] as const
      this.#venue.update(isBid ? [level] : [], isBid ? [] : [level])
      this.#states.set(++this.#sequence, text(this.#venue))
      const side = isBid ? 'buy' : 'sell'
      const frame = { feed: 'book', product_id: PRODUCT, side, seq: this.#sequence, price: Number(level[0]), qty }
      if (fault === 'none') this.#last = JSON.stringify(frame)
      if (fault !== 'lose')
        this.#receive(JSON.stringify(frame).replace('"seq":', fault === 'garble' ? '"seq":"?' : '"seq":'))
    }
    this.#settle()
    if (this.state === 'synchronised') assert.equal(text(this.#mine), this.#states.get(this.#mySequence), fault)
  }

  get isWhole(): boolean {
    return this.state === 'synchronised' && this.#mySequence === this.#sequence
  }

  #receive(frame: string): void {
    if (frame !== '') this.#session.received(frame, this.#now, this.#out)
  }

  #settle(): void {
    const { sent } = this.#out
    for (const event of this.#out.events) {
      if (event.messageType === 'feed-state') this.state = event.state
      if (event.messageType !== 'book') continue
      if (event.kind === 'snapshot') this.#mine.replace(event.bids, event.asks)
      else this.#mine.update(event.bids, event.asks)
      this.#mySequence = event.sequence ?? 0
    }
    this.#out.clear()
    for (const message of sent) {
      if (!message.includes('"event":"subscribe","feed":"book"')) continue
      const side = (levels: ReadonlyArray<readonly [string, string]>) =>
        levels.map(([price, qty]) => ({ price: Number(price), qty: Number(qty) }))
      const [bids, asks] = [side(this.#venue.bids()), side(this.#venue.asks())]
      this.#receive(JSON.stringify({ feed: 'book_snapshot', product_id: PRODUCT, seq: this.#sequence, bids, asks }))
      this.#settle()
    }
  }
}

test('lost, repeated and garbled changes never leave a wrong book that is called synchronised', () => {
  const step = fc.tuple(
    fc.constantFrom(...FAULTS),
    fc.boolean(),
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 0, max: 3 }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const trial = new Trial()
      for (const [fault, isBid, price, qty] of steps) trial.step(fault, isBid, price, qty)
      for (let turn = 0; turn < 5; turn++) {
        trial.step('wait', true, 1, 1)
        trial.step('none', true, 1, turn)
      }
      assert.ok(trial.isWhole, trial.state)
    }),
    { numRuns: 200 },
  )
})

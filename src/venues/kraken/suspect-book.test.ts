import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Instrument, type Micros, OrderBook } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { BookChange } from './book-change.ts'
import { CheckedBook } from './checked-book.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { kraken } from './protocol.ts'
import { readFrame } from './wire.ts'

const SECOND = 1_000_000
const START = 1_800_000_000_000_000 as Micros
const DEPTH = 10
const btc = instrumentFromSymbol('BTC/USD') as Instrument

/** The venue's side: a deeper book than is sent, of which it sends the changes of the ten best levels a side. */
class Venue {
  readonly #levels = { bids: new Map<number, number>(), asks: new Map<number, number>() }
  #sent: { bids: Map<number, number>; asks: Map<number, number> } = { bids: new Map(), asks: new Map() }

  constructor() {
    for (let cents = 1; cents <= 20; cents++) {
      this.#levels.bids.set(cents, cents)
      this.#levels.asks.set(cents, cents)
    }
  }

  snapshot(): string {
    this.#sent = this.#view()
    return this.#frame('snapshot', this.#sent)
  }

  /** Sets a level (amount 0 removes it) and says what changed of the ten best. */
  change(side: 'bids' | 'asks', cents: number, amount: number): string {
    if (amount === 0) this.#levels[side].delete(cents)
    else this.#levels[side].set(cents, amount)
    const view = this.#view()
    const changes = { bids: new Map<number, number>(), asks: new Map<number, number>() }
    for (const name of ['bids', 'asks'] as const) {
      for (const [at, size] of view[name]) if (this.#sent[name].get(at) !== size) changes[name].set(at, size)
      // What fell out of the depth is not said; what is gone is.
      for (const at of this.#sent[name].keys()) if (!this.#levels[name].has(at)) changes[name].set(at, 0)
    }
    this.#sent = view
    return this.#frame('update', changes)
  }

  /** The ten best levels as the tape writes them. */
  get best(): { bids: string[][]; asks: string[][] } {
    const texts = (side: Map<number, number>, sign: number) =>
      [...side].map(([cents, amount]) => [String(Number((100 + (sign * cents) / 100).toFixed(2))), String(amount)])
    const view = this.#view()
    return { bids: texts(view.bids, -1), asks: texts(view.asks, 1) }
  }

  #view() {
    const cut = (side: Map<number, number>) =>
      new Map([...side].sort(([left], [right]) => left - right).slice(0, DEPTH))
    return { bids: cut(this.#levels.bids), asks: cut(this.#levels.asks) }
  }

  #frame(type: string, levels: { bids: Map<number, number>; asks: Map<number, number> }): string {
    const texts = (side: Map<number, number>, sign: number) =>
      [...side]
        .map(([cents, amount]) => `{"price":${(100 + (sign * cents) / 100).toFixed(2)},"qty":${amount.toFixed(8)}}`)
        .join()
    const text = (bids: string, asks: string, checksum: number, kind = type) =>
      `{"channel":"book","type":"${kind}","data":[{"symbol":"BTC/USD","bids":[${bids}],"asks":[${asks}],"checksum":${checksum},"timestamp":"2027-01-15T08:00:00.000000Z"}]}`
    const view = this.#view()
    const change = new BookChange()
    readFrame(text(texts(view.bids, -1), texts(view.asks, 1), 0, 'snapshot'), change)
    const book = new CheckedBook(DEPTH, undefined)
    book.apply(change)
    return text(texts(levels.bids, -1), texts(levels.asks, 1), book.checksum())
  }
}

const CONFIRMED = `{"method":"subscribe","result":{"channel":"book","depth":${DEPTH},"snapshot":true,"symbol":"BTC/USD"},"success":true}`

const step = fc.record({
  side: fc.constantFrom('bids' as const, 'asks' as const),
  cents: fc.integer({ min: 1, max: 25 }),
  amount: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.integer({ min: 1, max: 9 }) }),
  fault: fc.oneof(
    { weight: 6, arbitrary: fc.constant('none' as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'lost' as const,
        'late' as const,
        'twice' as const,
        'garbled' as const,
        'cut' as const,
      ),
    },
  ),
  place: fc.nat(),
})

test('lost, late, repeated and garbled updates never leave a wrong book that is called synchronised', () => {
  let recoveries = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
      const venue = new Venue()
      const plan = { name: 'market-0', path: '', subscriptions: [{ instrument: btc, channel: 'book' as const }] }
      const session = kraken.session({ plan, instruments: [btc], resume: new Map(), repairTrades: false })
      const out = new RecordingOutput()
      const tape = new OrderBook()
      let state = 'unknown'
      let now = START
      const delivered: { frame: string; best: Venue['best'] }[] = []
      const deliver = (frame: string) => {
        session.received(frame, now, out)
        session.ticked(now, out)
        for (const event of out.events) {
          if (event.messageType === 'feed-state') state = event.state
          else if (event.messageType === 'book') {
            if (event.kind === 'snapshot') tape.replace(event.bids, event.asks)
            else tape.update(event.bids, event.asks)
          }
        }
        const asksAnew = out.sent.some((text) => text.includes('"subscribe"'))
        out.clear()
        return asksAnew
      }
      const agrees = (best: Venue['best']) => assert.deepEqual({ bids: tape.bids(), asks: tape.asks() }, best)
      session.opened(now, out)
      out.clear()
      deliver(CONFIRMED)
      deliver(venue.snapshot())
      for (const { side, cents, amount, fault, place } of steps) {
        now = (now + SECOND) as Micros
        let frame = venue.change(side, cents, amount)
        if (fault === 'late') {
          delivered.push({ frame, best: venue.best })
          continue
        }
        if (fault === 'lost') continue
        if (fault === 'cut') frame = frame.slice(0, place % frame.length)
        if (fault === 'garbled') frame = frame.replace(/"qty":\d/, `"qty":${place % 10}`)
        if (deliver(frame) || (fault === 'twice' && deliver(frame))) deliver(venue.snapshot())
        // A frame that was cut short names no book, or names it: only the latter is known at once.
        if (state === 'synchronised' && fault !== 'cut') agrees(venue.best)
        const late = delivered.pop()
        if (late !== undefined && deliver(late.frame)) deliver(venue.snapshot())
        if (late !== undefined && state === 'synchronised') {
          const found = JSON.stringify({ bids: tape.bids(), asks: tape.asks() })
          assert.ok([venue.best, late.best].some((best) => JSON.stringify(best) === found))
        }
      }
      // Nothing goes wrong any more: within the longest wait it is whole again.
      for (let round = 0; round < 70; round++) {
        now = (now + SECOND) as Micros
        if (deliver(venue.change('bids', 1, (round % 9) + 1))) deliver(venue.snapshot())
      }
      assert.equal(state, 'synchronised')
      agrees(venue.best)
      recoveries += session.bookStatistics().get(btc.id)?.resyncs ?? 0
    }),
    { numRuns: 150 },
  )
  assert.ok(recoveries > 20, `only ${recoveries} books had to recover`)
})

test('no frame, whatever was done to it, is thrown at', () => {
  const venue = new Venue()
  const frames = [
    venue.snapshot(),
    venue.change('bids', 1, 5),
    CONFIRMED,
    '{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":1.10,"qty":0.5,"ord_type":"limit","trade_id":7,"timestamp":"2027-01-15T08:00:00.000000Z"}]}',
    '{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":1.0,"bid_qty":2.5,"ask":1.1,"ask_qty":3,"last":1.05,"volume":1,"vwap":1,"low":1,"high":1,"change":0,"change_pct":0}]}',
    '{"channel":"status","type":"update","data":[{"api_version":"v2","system":"online","version":"2.0.0"}]}',
    '{"channel":"heartbeat"}',
    '{"error":"Exceeded msg rate","method":"subscribe","success":false,"symbol":"BTC/USD"}',
    '[1920,{"a":[["0.042990","364630.28272081","1618678145.920470"]],"c":"4105471083"},"book-1000","XBT/USD"]',
    '[14,[["9482.40000","0.01596347","1561939258.512503","s","l",""]],"trade","XBT/USD"]',
    '[1668,{"a":["13.2",35,"35.7"],"b":["13.2",1,"1.3"],"c":["13.2","3.7"],"v":["1","2"],"p":["1","2"],"t":[6,1],"l":["1","2"],"h":["1","2"],"o":["1","2"]},"ticker","XBT/USD"]',
    '[0,["1.0","1.1","1618678145.920470","1","2"],"spread","XBT/USD"]',
    '{"event":"subscriptionStatus","status":"error","errorMessage":"no","pair":"XBT/USD"}',
  ]
  const mutation = fc.record({
    frame: fc.constantFrom(...frames),
    place: fc.nat(),
    cut: fc.nat({ max: 6 }),
    put: fc.string({ maxLength: 4 }),
  })
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 20 }), fc.constantFrom(undefined, 'v1'), (mutations, dialect) => {
      const subscriptions = (['trade', 'book', 'quote', 'ticker'] as const).map((channel) => ({
        instrument: btc,
        channel,
      }))
      const plan = { name: 'market-0', path: '', subscriptions }
      const options = { plan, instruments: [btc], resume: new Map(), repairTrades: true }
      const session = kraken.session(dialect === undefined ? options : { ...options, dialect })
      const out = new RecordingOutput()
      session.opened(START, out)
      for (const [index, { frame, place, cut, put }] of mutations.entries()) {
        const at = (START + index * SECOND) as Micros
        const from = place % (frame.length + 1)
        session.received(frame.slice(0, from) + put + frame.slice(from + cut), at, out)
        session.ticked(at, out)
      }
      for (const nothing of ['', 'null', '[]', '[1]', '{}', '7']) session.received(nothing, START, out)
      assert.ok(out.refusals.length >= 6)
    }),
    { numRuns: 400 },
  )
})

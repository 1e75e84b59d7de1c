import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InstrumentId, Micros, NamedEvent, VenueId, VenueSymbol } from '../market/index.ts'
import { FeedEars } from './feed-ears.ts'
import { InstrumentResume } from './instrument-resume.ts'
import { UsualRates } from './usual-rates.ts'

function quote(instrument: string, symbol: string): NamedEvent {
  return {
    messageType: 'quote',
    venue: 'kraken' as VenueId,
    instrument: instrument as InstrumentId,
    symbol: symbol as VenueSymbol,
    bidPrice: null,
    bidAmount: null,
    askPrice: null,
    askAmount: null,
    sequence: null,
    exchangeTime: null,
    receiveTime: 1 as Micros,
  }
}

function ears(): { readonly of: FeedEars; readonly made: () => number } {
  let made = 0
  const rates = new UsualRates()
  const of = new FeedEars(({ instrument, symbol }, channel) => {
    made++
    return {
      counter: { count: 0 },
      resume: new InstrumentResume(symbol, true),
      rate: rates.feed(instrument, channel, 1),
    }
  })
  return { of, made: () => made }
}

test('a feed has one ear until it is forgotten', () => {
  const { of, made } = ears()
  const first = of.of(quote('BTC-USD', 'XBT/USD'), 'quote')
  assert.equal(of.of(quote('BTC-USD', 'XBT/USD'), 'quote'), first)
  assert.notEqual(of.of(quote('BTC-USD', 'XBT/USD'), 'trade'), first)
  assert.notEqual(of.of(quote('ETH-USD', 'ETH/USD'), 'quote'), first)
  assert.equal(made(), 3)
  of.forget('BTC-USD', 'quote')
  assert.notEqual(of.of(quote('BTC-USD', 'XBT/USD'), 'quote'), first)
})

test('names are those of the event, even where its symbol has changed', () => {
  const { of } = ears()
  assert.equal(
    of.of(quote('BTC-USD', 'XBT/USD'), 'quote').names,
    '"venue":"kraken","instrument":"BTC-USD","symbol":"XBT/USD"',
  )
  assert.equal(
    of.of(quote('BTC-USD', 'BTC"USD'), 'quote').names,
    '"venue":"kraken","instrument":"BTC-USD","symbol":"BTC\\"USD"',
  )
})

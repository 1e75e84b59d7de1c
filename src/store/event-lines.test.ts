import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type {
  Amount,
  BookEvent,
  BookLevel,
  InstrumentId,
  Micros,
  Price,
  QuoteEvent,
  TradeEvent,
  VenueId,
  VenueSymbol,
} from '../market/index.ts'
import { bookLine, quoteLine, tradeLine } from './event-lines.ts'
import { bookUpdateRow, quoteRow, tradeRow } from './event-rows.ts'

/** Any text at all where there should be a decimal too: what is on a tape may have been written by anybody. */
const decimal = fc.oneof(
  fc.stringMatching(/^-?\d{1,12}(\.\d{1,9})?$/),
  fc.constantFrom('1","2', '\\', '\n', ''),
  fc.string(),
)
const priceText = decimal.map((text) => text as Price)
const amountText = decimal.map((text) => text as Amount)
const micros = fc.nat(Number.MAX_SAFE_INTEGER).map((time) => time as Micros)
const named = {
  venue: fc.oneof(fc.constant('binance'), fc.string()).map((text) => text as VenueId),
  instrument: fc.oneof(fc.constantFrom('BTC-USDT', 'ETH-USDT'), fc.string()).map((text) => text as InstrumentId),
  symbol: fc.oneof(fc.constantFrom('BTCUSDT', 'btcusdt'), fc.string()).map((text) => text as VenueSymbol),
}
const stand = { sequence: fc.option(fc.nat()), exchangeTime: fc.option(micros), receiveTime: micros }
const places = fc.record({ position: fc.nat(Number.MAX_SAFE_INTEGER), index: fc.nat(1_000_000) })
const levels = fc.array(fc.tuple(priceText, amountText).map(([price, amount]): BookLevel => [price, amount]))

test('the line of a trade is its row as JSON', () => {
  const trades = fc.record({
    messageType: fc.constant('trade' as const),
    ...named,
    id: fc.oneof(fc.constant(null), fc.nat().map(String), fc.string()),
    price: priceText,
    amount: amountText,
    side: fc.constantFrom('buy' as const, 'sell' as const, 'unknown' as const),
    exchangeTime: fc.option(micros),
    receiveTime: micros,
  })
  fc.assert(
    fc.property(trades, fc.boolean(), places, (event: TradeEvent, isBacklog, place) => {
      const trade = isBacklog ? { ...event, backlog: true as const } : event
      assert.equal(tradeLine(trade, place), JSON.stringify(tradeRow(trade, place)))
    }),
  )
})

test('the line of a quote is its row as JSON', () => {
  const quotes = fc.record({
    messageType: fc.constant('quote' as const),
    ...named,
    bidPrice: fc.option(priceText),
    bidAmount: fc.option(amountText),
    askPrice: fc.option(priceText),
    askAmount: fc.option(amountText),
    ...stand,
  })
  fc.assert(
    fc.property(quotes, places, (event: QuoteEvent, place) => {
      assert.equal(quoteLine(event, place), JSON.stringify(quoteRow(event, place)))
    }),
  )
})

test('the line of a change of a book is its row as JSON', () => {
  const books = fc.record({
    messageType: fc.constant('book' as const),
    ...named,
    kind: fc.constantFrom('update' as const, 'snapshot' as const),
    bids: levels,
    asks: levels,
    ...stand,
  })
  fc.assert(
    fc.property(books, places, (event: BookEvent, place) => {
      assert.equal(bookLine(event, place), JSON.stringify(bookUpdateRow(event, place)))
    }),
  )
})

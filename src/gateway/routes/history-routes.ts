import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import {
  type Instrument,
  type InstrumentId,
  notionalOf,
  now,
  type TradeEvent,
  type VenueId,
} from '../../market/index.ts'
import { sendPage } from '../http/answer.ts'
import { questionOf, rangeOf, sealCursor } from '../http/history-query.ts'
import { keysetPage } from '../http/keyset-page.ts'
import {
  CandlePageSchema,
  CandleSchema,
  CandlesQuerySchema,
  GapPageSchema,
  GapSchema,
  GapsQuerySchema,
  InstrumentHistoryQuerySchema,
  LatestQuerySchema,
  LiveQuotePageSchema,
  LiveQuoteSchema,
  QuotePageSchema,
  QuoteSchema,
  TradePageSchema,
  TradeSchema,
} from '../schemas/index.ts'
import { inQuote } from '../views/candle-turnover.ts'
import { lastQuote } from '../views/latest-line.ts'
import { type GatewayServices, requireVenue } from './gateway-services.ts'
import { instrumentQuery, slotsAsked } from './instrument-past.ts'
import { answersList } from './route-schema.ts'

/** Trades, quotes, candles and gaps: what the store holds. */
export function historyRoutes(services: GatewayServices): FastifyPluginCallbackTypebox {
  const { store, market } = services

  return (app, _options, done) => {
    app.get(
      '/trades',
      {
        schema: {
          ...answersList('trades', 'Trades of an instrument', TradePageSchema, ['history']),
          querystring: InstrumentHistoryQuerySchema,
        },
      },
      async (request, reply) => {
        const question = questionOf('trades', request.query)
        const page = await store.trades(instrumentQuery(services, question, request.query, 'trade', reply))
        const definition = market.slot(request.query.venue, request.query.instrument)?.definition
        const items = page.items.map((trade) => answered(trade, definition))
        const columns = Object.keys(TradeSchema.properties)
        return sendPage(
          request,
          reply,
          { items, nextCursor: sealCursor(question, page.nextCursor) },
          columns,
          request.query.format,
        )
      },
    )

    app.get(
      '/quotes',
      {
        schema: {
          ...answersList('quotes', 'Best bids and offers of an instrument', QuotePageSchema, ['history']),
          querystring: InstrumentHistoryQuerySchema,
        },
      },
      async (request, reply) => {
        const question = questionOf('quotes', request.query)
        const page = await store.quotes(instrumentQuery(services, question, request.query, 'quote', reply))
        const items = page.items.map(({ messageType: _type, ...quote }) => quote)
        const columns = Object.keys(QuoteSchema.properties)
        return sendPage(
          request,
          reply,
          { items, nextCursor: sealCursor(question, page.nextCursor) },
          columns,
          request.query.format,
        )
      },
    )

    app.get(
      '/quotes/live',
      {
        schema: {
          ...answersList('liveQuotes', 'The newest quote of each instrument', LiveQuotePageSchema, ['market']),
          querystring: LatestQuerySchema,
        },
      },
      (request, reply) => {
        const { limit, cursor, format, venue, instrument } = request.query
        const slots = slotsAsked(services, { venue, instrument }).filter((slot) => slot.line('quote') !== undefined)
        const purpose = `quotes/live ${JSON.stringify([venue, instrument])}`
        const page = keysetPage(slots, (slot) => `${slot.venue} ${slot.instrument}`, { purpose, limit, cursor })
        const at = now()
        const items = page.items.flatMap((slot) => {
          const event = lastQuote(slot)
          if (event === undefined) return []
          const { messageType: _type, ...quote } = event
          const { state } = market.feedState(slot, 'quote', at)
          return [{ ...quote, feedState: state, live: state === 'synchronised' }]
        })
        reply.header('cache-control', 'no-cache')
        const columns = Object.keys(LiveQuoteSchema.properties)
        return sendPage(request, reply, { items, nextCursor: page.nextCursor }, columns, format)
      },
    )

    app.get(
      '/candles',
      {
        schema: {
          ...answersList('candles', 'Candles of an instrument', CandlePageSchema, ['history']),
          querystring: CandlesQuerySchema,
        },
      },
      async (request, reply) => {
        const { interval, fill, format } = request.query
        const question = questionOf('candles', request.query)
        const query = instrumentQuery(services, question, request.query, 'trade', reply)
        const page = await store.candles({ ...query, interval, fill, now: now() })
        const definition = market.slot(request.query.venue, request.query.instrument)?.definition
        const items = page.items.map((candle) => inQuote(candle, definition))
        const answer = { items, nextCursor: sealCursor(question, page.nextCursor) }
        return sendPage(request, reply, answer, Object.keys(CandleSchema.properties), format)
      },
    )

    app.get(
      '/gaps',
      {
        schema: {
          ...answersList('gaps', 'Stretches of the tape that are not known to be complete', GapPageSchema, ['history']),
          description: 'A gap that reaches into the range counts. The newest revision of each gap is given.',
          querystring: GapsQuerySchema,
        },
      },
      async (request, reply) => {
        const { venue, instrument, channel, state, cause, format } = request.query
        requireVenue(services, venue)
        const question = questionOf('gaps', request.query)
        const page = await store.gaps({
          ...rangeOf(question, request.query),
          venue: venue as VenueId | undefined,
          instrument: instrument as InstrumentId | undefined,
          channel,
          state,
          cause,
        })
        reply.header('cache-control', 'no-cache')
        const items = page.items.map(({ messageType: _type, ...gap }) => gap)
        const columns = Object.keys(GapSchema.properties)
        return sendPage(request, reply, { items, nextCursor: sealCursor(question, page.nextCursor) }, columns, format)
      },
    )
    done()
  }
}

/** A trade as it is answered: with what its amount is worth, where the instrument is known. */
function answered(trade: TradeEvent, definition: Instrument | undefined) {
  const { messageType: _type, ...said } = trade
  if (definition === undefined) return said
  const { base, quote } = notionalOf(definition, trade.amount, trade.price)
  return { ...said, baseAmount: base, quoteAmount: quote }
}

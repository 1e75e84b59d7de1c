import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { type Channel, type InstrumentId, type Micros, now, type VenueId } from '../../market/index.ts'
import type { InstrumentQuery, Order } from '../../store/index.ts'
import { GatewayError } from '../gateway-error.ts'
import { sendPage } from '../http/answer.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import { keysetPage } from '../http/keyset-page.ts'
import { optionalTimeInput } from '../http/time-input.ts'
import {
  CandlePageSchema,
  CandleSchema,
  CandlesQuerySchema,
  GapPageSchema,
  GapSchema,
  GapsQuerySchema,
  LiveQuotePageSchema,
  LiveQuoteSchema,
  LiveQuotesQuerySchema,
  QuotePageSchema,
  QuoteSchema,
  QuotesQuerySchema,
  TradePageSchema,
  TradeSchema,
  TradesQuerySchema,
} from '../schemas/index.ts'
import { lastQuote } from '../views/latest-line.ts'
import { type GatewayServices, knownSlot, requireVenue } from './gateway-services.ts'
import { answersList } from './route-schema.ts'

/** A range that ended this long ago changes only by late repairs: answers may be kept for a short while. */
const SETTLED_MICROS = 120_000_000
const SETTLED_CACHE = 'private, max-age=30'

interface RangeQuery {
  readonly from?: string
  readonly to?: string
  readonly limit: number
  readonly cursor?: string
  readonly order?: 'asc' | 'desc'
}

interface Range {
  readonly from: Micros | undefined
  readonly to: Micros | undefined
  readonly limit: number
  readonly cursor: string | undefined
  readonly order: Order
}

/** Trades, quotes, candles and gaps: what the store holds. */
export function historyRoutes(services: GatewayServices): FastifyPluginCallbackTypebox {
  const { store, market } = services

  /** What is asked of an instrument's history, checked; the answer's headers tell how its feed stands now. */
  function instrumentQuery(
    question: string,
    query: RangeQuery & { readonly venue: string; readonly instrument: string },
    channel: Channel,
    reply: FastifyReply,
  ): InstrumentQuery {
    const range = rangeOf(question, query)
    tellFeedState(reply, query.venue, query.instrument, channel)
    reply.header('cache-control', isSettled(range) ? SETTLED_CACHE : 'no-cache')
    return { venue: query.venue as VenueId, instrument: query.instrument as InstrumentId, ...range }
  }

  function tellFeedState(reply: FastifyReply, venue: string, instrument: string, channel: Channel): void {
    // Until the store has been read, an instrument that the tape has not named yet may still have a history.
    const slot = services.reference.isLoaded ? knownSlot(services, venue, instrument) : market.slot(venue, instrument)
    const state = slot === undefined ? 'unknown' : market.feedState(slot, channel, now()).state
    reply.header('opentape-feed-state', state)
  }

  return (app, _options, done) => {
    app.get(
      '/trades',
      {
        schema: {
          ...answersList('trades', 'Trades of an instrument', TradePageSchema, ['history']),
          querystring: TradesQuerySchema,
        },
      },
      async (request, reply) => {
        const question = questionOf('trades', request.query)
        const page = await store.trades(instrumentQuery(question, request.query, 'trade', reply))
        const items = page.items.map(({ messageType: _type, ...trade }) => trade)
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
          querystring: QuotesQuerySchema,
        },
      },
      async (request, reply) => {
        const question = questionOf('quotes', request.query)
        const page = await store.quotes(instrumentQuery(question, request.query, 'quote', reply))
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
          querystring: LiveQuotesQuerySchema,
        },
      },
      (request, reply) => {
        const { limit, cursor, format, venue, instrument } = request.query
        requireVenue(services, venue)
        const slots = [...market.slots].filter(
          (slot) =>
            slot.line('quote') !== undefined &&
            (venue === undefined || slot.venue === venue) &&
            (instrument === undefined || slot.instrument === instrument),
        )
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
        const query = instrumentQuery(question, request.query, 'trade', reply)
        const page = await store.candles({ ...query, interval, fill, now: now() })
        const answer = { items: [...page.items], nextCursor: sealCursor(question, page.nextCursor) }
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
        const { venue, instrument, channel, state, format } = request.query
        requireVenue(services, venue)
        const question = questionOf('gaps', request.query)
        const page = await store.gaps({
          ...rangeOf(question, request.query),
          venue: venue as VenueId | undefined,
          instrument: instrument as InstrumentId | undefined,
          channel,
          state,
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

/** @throws GatewayError GATEWAY_TIME_INVALID, GATEWAY_RANGE_INVALID */
function rangeOf(question: string, query: RangeQuery): Range {
  const from = optionalTimeInput('from', query.from) ?? undefined
  const to = optionalTimeInput('to', query.to) ?? undefined
  if (from !== undefined && to !== undefined && from >= to) {
    throw new GatewayError('GATEWAY_RANGE_INVALID', `\`from\` (${from}) is not before \`to\` (${to})`)
  }
  const order = query.order ?? (from === undefined ? 'desc' : 'asc')
  return {
    from,
    to,
    limit: query.limit,
    cursor: query.cursor === undefined ? undefined : openCursor(question, query.cursor),
    order: order === 'asc' ? 'oldest-first' : 'newest-first',
  }
}

/** Everything that is asked but for the place in it: a cursor is good for this only. */
function questionOf(route: string, query: object): string {
  const { cursor: _cursor, limit: _limit, format: _format, ...asked } = { cursor: '', limit: 0, format: '', ...query }
  return `${route} ${JSON.stringify(asked)}`
}

/** The store's own cursor, tied to the question. */
function sealCursor(question: string, cursor: string | null): string | null {
  return cursor === null ? null : encodeCursor(question, [cursor])
}

function openCursor(question: string, cursor: string): string {
  return String(decodeCursor(question, cursor, ['string'])[0])
}

function isSettled({ to }: Range): boolean {
  return to !== undefined && to < now() - SETTLED_MICROS
}

import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { CHANNELS, type Channel, factOfChannel, now } from '../../market/index.ts'
import { GatewayError } from '../gateway-error.ts'
import { sendJson, sendPage } from '../http/answer.ts'
import { keysetPage } from '../http/keyset-page.ts'
import { timeInput } from '../http/time-input.ts'
import type { InstrumentSlot } from '../live/instrument-slot.ts'
import {
  type Book,
  BookParametersSchema,
  BookQuerySchema,
  BookSchema,
  type Feed,
  FeedPageSchema,
  FeedSchema,
  FeedsQuerySchema,
  StatusSchema,
} from '../schemas/index.ts'
import { statusOf } from '../views/status.ts'
import { type GatewayServices, knownSlot, requireVenue } from './gateway-services.ts'
import { answers, answersList } from './route-schema.ts'

/** Books, the health of feeds, and how the whole stands. */
export function liveRoutes(services: GatewayServices): FastifyPluginCallbackTypebox {
  const { market, store } = services

  function liveBook(slot: InstrumentSlot, depth: number): Book {
    const live = slot.liveBook
    if (live?.isKnown !== true) {
      throw new GatewayError('GATEWAY_BOOK_UNAVAILABLE', `No book of ${slot.venue} ${slot.instrument} is known now`)
    }
    const asOf = now()
    const { state, reason } = market.feedState(slot, 'book', asOf)
    return {
      venue: slot.venue,
      instrument: slot.instrument,
      symbol: slot.symbol,
      feedState: state,
      feedReason: reason,
      live: state === 'synchronised',
      // A book that is not kept up to date is of the moment of its last message, not of now.
      asOf: state === 'synchronised' ? asOf : (live.receiveTime ?? asOf),
      exchangeTime: live.exchangeTime,
      receiveTime: live.receiveTime,
      sequence: live.sequence,
      bookSequence: live.bookSequence,
      bids: live.book.bids(depth),
      asks: live.book.asks(depth),
      bidCount: live.book.bidCount,
      askCount: live.book.askCount,
    }
  }

  async function pastBook(slot: InstrumentSlot, depth: number, atText: string): Promise<Book> {
    const at = timeInput('at', atText)
    if (at > now()) throw new GatewayError('GATEWAY_RANGE_INVALID', '`at` is in the future')
    const { venue, instrument } = slot
    const stored = await store.bookAsOf({ venue, instrument, at })
    if (stored === null) {
      throw new GatewayError('GATEWAY_BOOK_UNAVAILABLE', `No book of ${venue} ${instrument} is kept as of that moment`)
    }
    return {
      venue,
      instrument,
      symbol: stored.symbol,
      feedState: stored.inGap ? 'recovering' : 'synchronised',
      feedReason: stored.inGap
        ? 'a gap of the feed covers this moment: the book of the venue may have been another'
        : '',
      live: false,
      asOf: at,
      exchangeTime: stored.exchangeTime,
      receiveTime: stored.receiveTime,
      sequence: stored.sequence,
      bookSequence: null,
      bids: stored.bids.slice(0, depth),
      asks: stored.asks.slice(0, depth),
      bidCount: stored.bids.length,
      askCount: stored.asks.length,
    }
  }

  return (app, _options, done) => {
    app.get(
      '/books/:venue/:instrument',
      {
        schema: {
          ...answers('book', 'The order book of an instrument, now or at a past moment', BookSchema, ['market']),
          description:
            'Look at `live`: a book whose feed is not synchronised is given as it was last known, with its state and the moment it is of.',
          params: BookParametersSchema,
          querystring: BookQuerySchema,
        },
      },
      async (request, reply) => {
        const { venue, instrument } = request.params
        const { depth, at } = request.query
        const slot = knownSlot(services, venue, instrument)
        const book = at === undefined ? liveBook(slot, depth) : await pastBook(slot, depth, at)
        reply.header('cache-control', at === undefined ? 'no-store' : 'no-cache')
        reply.header('opentape-feed-state', book.feedState)
        return sendJson(reply, book)
      },
    )

    app.get(
      '/feeds',
      {
        schema: {
          ...answersList('feeds', 'Health of each venue, instrument and channel', FeedPageSchema, ['health']),
          querystring: FeedsQuerySchema,
        },
      },
      (request, reply) => {
        const { limit, cursor, format, ...filter } = request.query
        requireVenue(services, filter.venue)
        const at = now()
        const feeds: Feed[] = []
        for (const slot of market.slots) {
          if (filter.venue !== undefined && slot.venue !== filter.venue) continue
          if (filter.instrument !== undefined && slot.instrument !== filter.instrument) continue
          for (const channel of CHANNELS) {
            if (filter.channel !== undefined && channel !== filter.channel) continue
            const feed = feedOf(services, slot, channel, at)
            if (feed !== undefined && (filter.state === undefined || feed.state === filter.state)) feeds.push(feed)
          }
        }
        reply.header('cache-control', 'no-cache')
        const purpose = `feeds ${JSON.stringify(filter)}`
        const page = keysetPage(feeds, (feed) => `${feed.venue} ${feed.instrument} ${feed.channel}`, {
          purpose,
          limit,
          cursor,
        })
        return sendPage(request, reply, page, Object.keys(FeedSchema.properties), format)
      },
    )

    app.get(
      '/status',
      {
        schema: answers('status', 'How the whole stands, and what a person should know first', StatusSchema, [
          'health',
        ]),
      },
      (_request, reply) => {
        reply.header('cache-control', 'no-store')
        return sendJson(reply, statusOf(services))
      },
    )
    done()
  }
}

function feedOf({ market }: GatewayServices, slot: InstrumentSlot, channel: Channel, at: ReturnType<typeof now>) {
  const said = slot.feeds.get(channel)
  if (said === undefined) return undefined
  const { state, reason } = market.feedState(slot, channel, at)
  let openGaps = 0
  for (const gap of slot.openGaps.values()) if (gap.channel === channel) openGaps++
  const feed: Feed = {
    venue: slot.venue,
    instrument: slot.instrument,
    symbol: slot.symbol,
    channel,
    state,
    reason,
    lastMessageTime: heardTime(slot, channel) ?? said.lastMessageTime,
    lastSequence: said.lastSequence,
    resyncs: said.resyncs,
    stateTime: said.receiveTime,
    openGaps,
  }
  return feed
}

const TIMESTAMP = /^\{"messageType":"[a-z-]+","timestamp":(\d+)/

/** When the newest message of a feed was received, as it stands in memory: states are said only now and then. */
function heardTime(slot: InstrumentSlot, channel: Channel): number | undefined {
  if (channel === 'book') return slot.liveBook?.receiveTime ?? undefined
  const kind = factOfChannel(channel)
  if (kind !== undefined) return slot.facts[kind]?.receiveTime
  if (channel !== 'trade' && channel !== 'quote' && channel !== 'ticker') return undefined
  const match = TIMESTAMP.exec(slot.line(channel) ?? '')
  return match === null ? undefined : Number(match[1])
}

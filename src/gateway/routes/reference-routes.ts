import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { now } from '../../market/index.ts'
import { sendJson, sendPage } from '../http/answer.ts'
import { keysetPage } from '../http/keyset-page.ts'
import type { InstrumentSlot } from '../live/instrument-slot.ts'
import {
  AssetPageSchema,
  AssetSchema,
  AssetsQuerySchema,
  type Instrument,
  InstrumentPageSchema,
  InstrumentSchema,
  InstrumentsQuerySchema,
  MarketPageSchema,
  MarketSchema,
  MarketsQuerySchema,
  VenueListSchema,
} from '../schemas/index.ts'
import { assetsOf } from '../views/assets.ts'
import { marketOf } from '../views/market-view.ts'
import { venuesOf } from '../views/venues.ts'
import { type GatewayServices, requireVenue } from './gateway-services.ts'
import { answers, answersList } from './route-schema.ts'

/** Venues, instruments, assets and markets. */
export function referenceRoutes(services: GatewayServices): FastifyPluginCallbackTypebox {
  const { market, reference } = services
  return (app, _options, done) => {
    app.get(
      '/venues',
      { schema: answers('venues', 'Venues and how they stand', VenueListSchema, ['market']) },
      (_, reply) => {
        reply.header('cache-control', 'no-cache')
        return sendJson(reply, { items: venuesOf(services) })
      },
    )

    app.get(
      '/instruments',
      {
        schema: {
          ...answersList('instruments', 'Instruments by venue and name', InstrumentPageSchema, ['market']),
          querystring: InstrumentsQuerySchema,
        },
      },
      (request, reply) => {
        const { limit, cursor, format, ...filter } = request.query
        requireVenue(services, filter.venue)
        const search = filter.search?.toLowerCase()
        const found = instrumentsOf(market.slots).filter(
          (each) =>
            equals(filter.venue, each.venue) &&
            equals(filter.instrument, each.instrument) &&
            equals(filter.kind, each.kind) &&
            equals(filter.base, each.base) &&
            equals(filter.quote, each.quote) &&
            equals(filter.status, each.status) &&
            (search === undefined || `${each.instrument} ${each.symbol}`.toLowerCase().includes(search)),
        )
        reply.header('cache-control', 'private, max-age=10')
        const purpose = `instruments ${JSON.stringify(filter)}`
        const page = keysetPage(found, nameOf, { purpose, limit, cursor })
        return sendPage(request, reply, page, Object.keys(InstrumentSchema.properties), format)
      },
    )

    app.get(
      '/assets',
      {
        schema: {
          ...answersList('assets', 'Assets with their price', AssetPageSchema, ['market']),
          description:
            'One row an asset: the last price of its most liquid market against USD or USDT over the last 24 hours. With `view=instrument` one row a market.',
          querystring: AssetsQuerySchema,
        },
      },
      async (request, reply) => {
        const { limit, cursor, format, view = 'asset', ...filter } = request.query
        requireVenue(services, filter.venue)
        const assets = assetsOf(market, await reference.summaries(), view, now()).filter(
          (each) => equals(filter.symbol, each.symbol) && equals(filter.venue, each.venue ?? ''),
        )
        reply.header('cache-control', 'no-cache')
        const purpose = `assets ${view} ${JSON.stringify(filter)}`
        const page = keysetPage(assets, ({ id }) => id, { purpose, limit, cursor })
        return sendPage(request, reply, page, Object.keys(AssetSchema.properties), format)
      },
    )

    app.get(
      '/markets',
      {
        schema: {
          ...answersList('markets', 'Markets at a glance: price, last day, small chart', MarketPageSchema, ['market']),
          description: 'Markets that are collected, or have traded.',
          querystring: MarketsQuerySchema,
        },
      },
      async (request, reply) => {
        const { limit, cursor, format, ...filter } = request.query
        requireVenue(services, filter.venue)
        const search = filter.search?.toLowerCase()
        const summaries = await reference.summaries()
        const slots = [...market.slots].filter(
          (slot) =>
            (slot.feeds.size > 0 || summaries.has(slot.key)) &&
            equals(filter.venue, slot.venue) &&
            equals(filter.instrument, slot.instrument) &&
            equals(filter.base, baseOf(slot)) &&
            equals(filter.quote, quoteOf(slot)) &&
            (search === undefined || `${slot.instrument} ${slot.symbol}`.toLowerCase().includes(search)),
        )
        reply.header('cache-control', 'no-cache')
        const purpose = `markets ${JSON.stringify(filter)}`
        const page = keysetPage(slots, nameOf, { purpose, limit, cursor })
        const at = now()
        const items = page.items.map((slot) => marketOf(market, slot, summaries.get(slot.key), at))
        const answer = { items, nextCursor: page.nextCursor }
        return sendPage(request, reply, answer, Object.keys(MarketSchema.properties), format)
      },
    )
    done()
  }
}

function equals(wanted: string | undefined, value: string): boolean {
  return wanted === undefined || wanted === value
}

/** Order of lists: by venue, then by name. No venue id has a space. */
function nameOf(item: { readonly venue: string; readonly instrument: string }): string {
  return `${item.venue} ${item.instrument}`
}

function baseOf(slot: InstrumentSlot): string {
  return slot.definition?.base ?? slot.instrument.split('-')[0] ?? ''
}

function quoteOf(slot: InstrumentSlot): string {
  return slot.definition?.quote ?? slot.instrument.split('-')[1] ?? ''
}

function instrumentsOf(slots: Iterable<InstrumentSlot>): Instrument[] {
  const found: Instrument[] = []
  for (const { definition } of slots) {
    if (definition === undefined) continue
    found.push({
      venue: definition.venue,
      instrument: definition.id,
      symbol: definition.symbol,
      kind: definition.kind,
      base: definition.base,
      quote: definition.quote,
      settleCurrency: definition.settleCurrency ?? null,
      contractSize: definition.contractSize ?? null,
      contractUnit: definition.contractUnit ?? null,
      baseMultiplier: definition.baseMultiplier ?? null,
      tickSize: definition.tickSize ?? null,
      lotSize: definition.lotSize ?? null,
      minimumAmount: definition.minimumAmount ?? null,
      status: definition.status,
      listedTime: definition.listedAt ?? null,
      expiryTime: definition.expiresAt ?? null,
    })
  }
  return found
}

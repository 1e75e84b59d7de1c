import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { FACT_CHANNELS, FACT_KINDS, type FactKind, now } from '../../market/index.ts'
import { sendPage } from '../http/answer.ts'
import { questionOf, sealCursor } from '../http/history-query.ts'
import { keysetPage } from '../http/keyset-page.ts'
import { factPages, InstrumentHistoryQuerySchema, LatestQuerySchema } from '../schemas/index.ts'
import type { GatewayServices } from './gateway-services.ts'
import { instrumentQuery, slotsAsked } from './instrument-past.ts'
import { answersList } from './route-schema.ts'

interface FactRoute {
  readonly path: string
  readonly operationId: string
  /** What a list holds, for people. */
  readonly what: string
}

/** Where each kind of fact is served. `status` is the address of the whole's health, so instruments' has a longer name. */
export const FACT_ROUTES: Readonly<Record<FactKind, FactRoute>> = {
  'venue-candle': { path: '/venue-candles', operationId: 'venueCandles', what: 'Candles as the venue computes them' },
  funding: { path: '/funding', operationId: 'funding', what: 'Funding rates' },
  'mark-price': { path: '/mark-prices', operationId: 'markPrices', what: 'Mark and index prices' },
  'open-interest': { path: '/open-interest', operationId: 'openInterest', what: 'Open interest' },
  liquidation: { path: '/liquidations', operationId: 'liquidations', what: 'Liquidations' },
  'option-summary': { path: '/option-summaries', operationId: 'optionSummaries', what: 'Greeks and volatilities' },
  status: { path: '/instrument-status', operationId: 'instrumentStatus', what: 'Trading statuses' },
  audit: { path: '/audits', operationId: 'audits', what: 'Differences between our trades and what the venue says' },
}

/** Funding, mark prices, open interest and the like: for each kind its past, and the newest of each instrument. */
export function factRoutes(services: GatewayServices): FastifyPluginCallbackTypebox {
  const { store, market } = services
  return (app, _options, done) => {
    for (const kind of FACT_KINDS) {
      const { path, operationId, what } = FACT_ROUTES[kind]
      const { history, latest, columns, latestColumns } = factPages(kind)
      const channel = FACT_CHANNELS[kind]

      app.get(
        path,
        {
          schema: {
            ...answersList(operationId, `${what} of an instrument`, history, ['history']),
            querystring: InstrumentHistoryQuerySchema,
          },
        },
        async (request, reply) => {
          const question = questionOf(operationId, request.query)
          const page = await store.facts(kind, instrumentQuery(services, question, request.query, channel, reply))
          const items = page.items.map(({ messageType: _type, ...fact }) => fact)
          const answer = { items, nextCursor: sealCursor(question, page.nextCursor) }
          return sendPage(request, reply, answer, columns, request.query.format)
        },
      )

      app.get(
        `${path}/latest`,
        {
          schema: {
            ...answersList(`${operationId}Latest`, `${what}: the newest of each instrument`, latest, ['market']),
            description:
              'What a message of the venue leaves out is as it was said before. `live` is true only where the feed is synchronised.',
            querystring: LatestQuerySchema,
          },
        },
        (request, reply) => {
          const { limit, cursor, format, venue, instrument } = request.query
          const slots = slotsAsked(services, { venue, instrument }).filter((slot) => slot.facts[kind] !== undefined)
          const purpose = `${operationId}/latest ${JSON.stringify([venue, instrument])}`
          const page = keysetPage(slots, (slot) => `${slot.venue} ${slot.instrument}`, { purpose, limit, cursor })
          const at = now()
          const items = page.items.map((slot) => {
            const { messageType: _type, ...fact } = { messageType: kind, ...slot.facts[kind] }
            const { state } = market.feedState(slot, channel, at)
            return { ...fact, feedState: state, live: state === 'synchronised' }
          })
          reply.header('cache-control', 'no-cache')
          return sendPage(request, reply, { items, nextCursor: page.nextCursor }, latestColumns, format)
        },
      )
    }
    done()
  }
}

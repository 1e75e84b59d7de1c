import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { completenessOf, type InstrumentId, type Micros, micros, now, type VenueId } from '../../market/index.ts'
import { GatewayError } from '../gateway-error.ts'
import { sendJson } from '../http/answer.ts'
import { optionalTimeInput } from '../http/time-input.ts'
import { type Completeness, CompletenessQuerySchema, CompletenessSchema } from '../schemas/index.ts'
import { type GatewayServices, knownSlot } from './gateway-services.ts'
import { answers } from './route-schema.ts'

const DAY_MICROS = 86_400_000_000
/** Gaps, and watched stretches, that one answer is made of at most. */
const MAXIMUM_PARTS = 1_000

/** How complete a feed is over a range: what was watched, and what is missing of it. */
export function completenessRoutes(services: GatewayServices): FastifyPluginCallbackTypebox {
  const { store } = services
  return (app, _options, done) => {
    app.get(
      '/completeness',
      {
        schema: {
          ...answers('completeness', 'How complete a feed is over a range', CompletenessSchema, ['history']),
          description:
            'Tells “nothing happened” from “nobody watched”. Without `from` and `to`: the last 24 hours. What was said in the last minute may not be stored yet.',
          querystring: CompletenessQuerySchema,
        },
      },
      async (request, reply) => {
        const { venue, instrument, channel } = request.query
        const slot = knownSlot(services, venue, instrument)
        const { from, to } = rangeAsked(request.query)
        const feed = { venue: venue as VenueId, instrument: instrument as InstrumentId, channel, from, to }
        const [coverages, gaps] = await Promise.all([
          store.coverages(feed),
          store.gaps({ ...feed, limit: MAXIMUM_PARTS, order: 'oldest-first' }),
        ])
        if (coverages.length > MAXIMUM_PARTS || gaps.nextCursor !== null) {
          throw new GatewayError(
            'GATEWAY_RANGE_INVALID',
            `More than ${MAXIMUM_PARTS} gaps or watched stretches lie between \`from\` and \`to\`; ask for a shorter range`,
          )
        }
        const found = completenessOf(from, to, coverages, gaps.items)
        const answer: Completeness = {
          venue: slot.venue,
          instrument: slot.instrument,
          channel,
          from,
          to,
          state: found.state,
          completeShare: found.completeShare,
          missing: found.missing,
          segments: found.segments.map((segment) => ({ ...segment, gaps: [...segment.gaps] })),
        }
        reply.header('cache-control', 'no-cache')
        return sendJson(reply, answer)
      },
    )
    done()
  }
}

/** @throws GatewayError GATEWAY_TIME_INVALID, GATEWAY_RANGE_INVALID */
function rangeAsked(query: { readonly from?: string; readonly to?: string }): { from: Micros; to: Micros } {
  const present = now()
  const asked = optionalTimeInput('to', query.to) ?? present
  const to = micros(Math.min(asked, present))
  const from = optionalTimeInput('from', query.from) ?? micros(Math.max(0, to - DAY_MICROS))
  if (from >= to) throw new GatewayError('GATEWAY_RANGE_INVALID', `\`from\` (${from}) is not before \`to\` (${to})`)
  return { from, to }
}

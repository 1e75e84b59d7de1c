import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { bearerToken } from '../access/authenticator.ts'
import { GatewayError } from '../gateway-error.ts'
import { sendJson } from '../http/answer.ts'
import { StreamTicketSchema } from '../schemas/index.ts'
import type { GatewayServices } from './gateway-services.ts'
import { answers } from './route-schema.ts'

/** The HTTP side of the stream: tickets for web pages. The upgrade itself is the stream server's. */
export function streamRoutes({ tickets }: GatewayServices): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.post(
      '/stream/tickets',
      {
        schema: {
          ...answers('streamTicket', 'A ticket for one connection of the stream', StreamTicketSchema, ['stream']),
          description:
            'For web pages, which cannot send a token with a WebSocket: open `/api/v1/stream?ticket=…` within half a minute. Programs send their token as a header.',
        },
      },
      (request, reply) => {
        if (request.principal === null) throw new GatewayError('GATEWAY_UNAUTHORIZED', 'No token was shown')
        reply.header('cache-control', 'no-store')
        return sendJson(reply, tickets.issue(request.principal, bearerToken(request.headers.authorization)))
      },
    )
    done()
  }
}

import type { ConnectionTicket } from '../protocol.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import { listOf, objectOf, optionalTextOf, textOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

/**
 * "obtain the server list and public token": `POST /api/v1/bullet-public`, weight 10 (Get Public Token - Spot/Margin,
 * https://www.kucoin.com/docs-new/3470294w0, 2026-11-22). The address is `endpoint?token=…&connectId=…`.
 */
export const KUCOIN_TICKET: ConnectionTicket = {
  request: () => ({ id: 1, purpose: 'ticket', path: '/api/v1/bullet-public', method: 'POST', body: '{}', weight: 10 }),

  address(body, plan, endpoint) {
    try {
      const root = parseJsonText(body)
      if (!isTextObject(root)) throw new VenueError('VENUE_TEXT_INVALID', 'the answer is no object')
      if (root.code !== '200000') {
        throw new VenueError('VENUE_TEXT_INVALID', `the venue answered ${optionalTextOf(root, 'code') ?? 'nothing'}`)
      }
      const data = objectOf(root, 'data')
      const query = `token=${encodeURIComponent(textOf(data, 'token'))}&connectId=${encodeURIComponent(plan.name)}`
      return `${endpoint ?? serverOf(listOf(data, 'instanceServers'))}?${query}`
    } catch (error) {
      if (!(error instanceof VenueError)) throw error
      throw new VenueError('VENUE_ANSWER_INVALID', `kucoin: no address to connect to: ${error.message}`, {
        cause: error,
      })
    }
  },
}

function serverOf(servers: readonly unknown[]): string {
  for (const server of servers) {
    const endpoint = typeof server === 'object' && server !== null && 'endpoint' in server ? server.endpoint : undefined
    if (typeof endpoint === 'string' && URL.canParse(endpoint)) return endpoint
  }
  throw new VenueError('VENUE_TEXT_INVALID', 'no server is named')
}

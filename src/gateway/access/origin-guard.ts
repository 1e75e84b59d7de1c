import { isLoopbackHostHeader } from '../../platform/index.ts'
import { GatewayError } from '../gateway-error.ts'

/**
 * Keeps other web pages out. A gateway on loopback answers only to loopback's names: otherwise a page whose name is made to
 * point at 127.0.0.1 could read it. And a browser's request must come from the gateway's own pages.
 * @throws GatewayError GATEWAY_HOST_REFUSED, GATEWAY_ORIGIN_REFUSED
 */
export function guardOrigin(
  headers: { readonly host?: string | undefined; readonly origin?: string | undefined },
  listensOnLoopback: boolean,
): void {
  const host = headers.host ?? ''
  if (listensOnLoopback && !isLoopbackHostHeader(host)) {
    throw new GatewayError('GATEWAY_HOST_REFUSED', `The host ${JSON.stringify(host.slice(0, 80))} is not this machine`)
  }
  const { origin } = headers
  if (origin === undefined) return
  if (!URL.canParse(origin) || new URL(origin).host !== normalHost(host, origin)) {
    throw new GatewayError('GATEWAY_ORIGIN_REFUSED', `The page of ${JSON.stringify(origin.slice(0, 80))} is another`)
  }
}

/** The host as a URL of the origin's scheme writes it: without the port that the scheme implies, in lower case. */
function normalHost(host: string, origin: string): string | undefined {
  const url = `${origin.startsWith('https:') ? 'https' : 'http'}://${host}`
  return URL.canParse(url) ? new URL(url).host : undefined
}

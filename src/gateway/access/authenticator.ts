import { createHash } from 'node:crypto'
import type { TokenScope } from '../../control/index.ts'
import { GatewayError } from '../gateway-error.ts'

/** Who asks, and what they may. */
export interface Principal {
  /** Names the client in rate limits and logs: a token's id, or `local`. */
  readonly id: string
  readonly scopes: ReadonlySet<TokenScope>
}

/** The one place where it is decided who a client is. Accounts and other schemes plug in here. */
export interface Authenticator {
  /**
   * Who shows this token (undefined: none was shown).
   * @throws GatewayError GATEWAY_UNAUTHORIZED
   */
  authenticate(token: string | undefined): Promise<Principal>
}

/** What checks a token: the control database's token store does. */
export interface TokenVerifier {
  verify(text: string): Promise<{ readonly id: string; readonly scopes: readonly TokenScope[] } | undefined>
}

const EVERYTHING: ReadonlySet<TokenScope> = new Set<TokenScope>(['read', 'configure', 'admin'])

/** For a gateway that only this machine can reach: everybody is welcome. */
export function openAuthenticator(): Authenticator {
  const local: Principal = { id: 'local', scopes: EVERYTHING }
  return { authenticate: async () => local }
}

/** A verified token is trusted this long without asking again: a revoked one works at most so much longer. */
const TRUST_MILLISECONDS = 5_000
const MAXIMUM_TRUSTED = 10_000

/** Asks for a token with every request. The comparison itself, in constant time, is the verifier's. */
export function tokenAuthenticator(verifier: TokenVerifier): Authenticator {
  const trusted = new Map<string, { readonly principal: Principal; readonly until: number }>()
  return {
    async authenticate(token) {
      if (token === undefined) throw new GatewayError('GATEWAY_UNAUTHORIZED', 'No token was shown')
      const name = createHash('sha256').update(token).digest('base64')
      const known = trusted.get(name)
      if (known !== undefined && known.until > performance.now()) return known.principal
      trusted.delete(name)
      const found = await verifier.verify(token)
      if (found === undefined) {
        throw new GatewayError('GATEWAY_UNAUTHORIZED', 'The token is not known, has expired or was revoked')
      }
      const principal: Principal = {
        id: found.id,
        scopes: found.scopes.includes('admin') ? EVERYTHING : new Set(found.scopes),
      }
      if (trusted.size >= MAXIMUM_TRUSTED) trusted.clear()
      trusted.set(name, { principal, until: performance.now() + TRUST_MILLISECONDS })
      return principal
    },
  }
}

/** @throws GatewayError GATEWAY_FORBIDDEN if the client may not do what needs this scope. */
export function requireScope(principal: Principal, scope: TokenScope): void {
  if (!principal.scopes.has(scope)) {
    throw new GatewayError('GATEWAY_FORBIDDEN', `The scope \`${scope}\` is needed`)
  }
}

const BEARER = /^Bearer +([\w.~+/-]{1,512}=*)$/i

/** The token of an `Authorization` header; undefined if it has none. */
export function bearerToken(header: string | undefined): string | undefined {
  return header === undefined ? undefined : BEARER.exec(header)?.[1]
}

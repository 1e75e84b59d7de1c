import type { RestRequest } from '../protocol.ts'
import { PROBE_LEVELS } from './limits.ts'

/** `/api/v1/depth` and `/api/v3/depth` have given the same answers. */
const VERSION = /\/v\d+\//

/** Whether a recorded body answers a request. Its URL may name another host, version, and other limits than ours. */
export function answersRequest(url: string, request: RestRequest): boolean {
  if (!URL.canParse(url)) return false
  const recorded = new URL(url)
  const wanted = new URL(request.path, 'https://venue.invalid')
  if (recorded.pathname.replace(VERSION, '/') !== wanted.pathname.replace(VERSION, '/')) return false
  for (const name of ['symbol', 'fromId']) {
    const value = recorded.searchParams.get(name)
    if (value?.toUpperCase() !== wanted.searchParams.get(name)?.toUpperCase()) return false
  }
  if (!recorded.pathname.endsWith('/depth')) return true
  // A small book is a probe; it cannot stand for a snapshot.
  const isProbe = (limit: string | null): boolean => Number(limit ?? 100) <= PROBE_LEVELS
  return isProbe(recorded.searchParams.get('limit')) === isProbe(wanted.searchParams.get('limit'))
}

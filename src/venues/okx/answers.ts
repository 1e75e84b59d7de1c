import type { RestRequest } from '../protocol.ts'

/** Members of a query that only say how much is wanted. */
const IMMATERIAL: ReadonlySet<string> = new Set(['limit', 'sz'])

/**
 * Whether a recorded address is that of a request: the same path on whichever host, and the same query in any order. Families of options
 * were called underlyings (`uly`) until 2022.
 */
export function answersOkx(url: string, request: RestRequest): boolean {
  const [path = '', query = ''] = request.path.split('?')
  const mark = url.indexOf('?')
  const address = mark < 0 ? url : url.slice(0, mark)
  if (!address.endsWith(path)) return false
  return material(query) === material(mark < 0 ? '' : url.slice(mark + 1))
}

function material(query: string): string {
  const members = [...new URLSearchParams(query)].filter(([name]) => !IMMATERIAL.has(name))
  return members
    .map(([name, value]) => `${name === 'uly' ? 'instFamily' : name}=${value}`)
    .sort()
    .join('&')
}

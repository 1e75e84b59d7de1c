/** What may differ between two requests for the same thing: how much of it is asked for, and how. */
const IGNORED = new Set(['limit', 'with_id', 'interval', 'offset'])

/**
 * Whether a recorded URL asks for what a request's path asks for, whatever the host, the prefix of the interface's version, and
 * the order of the query.
 */
export function isSameRequest(url: string, path: string): boolean {
  const recorded = urlOf(url)
  const wanted = urlOf(path)
  if (recorded === undefined || wanted === undefined) return false
  if (!recorded.pathname.endsWith(wanted.pathname.replace(/^\/api\/v4/, ''))) return false
  for (const [name, value] of wanted.searchParams) {
    if (!IGNORED.has(name) && recorded.searchParams.get(name) !== value) return false
  }
  for (const name of recorded.searchParams.keys()) {
    if (!IGNORED.has(name) && !wanted.searchParams.has(name)) return false
  }
  return true
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text, 'https://venue.invalid') ? new URL(text, 'https://venue.invalid') : undefined
}

import { ConfigError, type ConfigProblem, type ConfigValue, loadConfig } from '../platform/index.ts'
import type { Watchlist } from './collector.ts'

export interface WatchlistReading {
  readonly watchlist: Watchlist
  readonly problems: readonly ConfigProblem[]
}

/**
 * Reads the body of `POST /configure`: `{"venues": {"binance": {"instruments": ["*-USDT"], "top": 20}}}`. Venues and keys that
 * are not named stay as they are. Every fault is reported, by key, value and what is allowed.
 */
export function watchlistFrom(
  body: ConfigValue | undefined,
  inForce: Watchlist,
  venues: readonly string[],
): WatchlistReading {
  const fail = (message: string): WatchlistReading => ({
    watchlist: inForce,
    problems: [{ key: '', source: 'request', message }],
  })
  if (!isObject(body)) return fail('allowed: an object such as {"venues": {"binance": {"enabled": true}}}')
  const { venues: changes, ...rest } = body
  const unknown = Object.keys(rest)
  if (unknown.length > 0) return fail(`${JSON.stringify(unknown[0])} is not allowed; allowed: "venues"`)
  if (!isObject(changes)) return fail('"venues" must be an object, its keys the ids of venues')
  const merged: Record<string, ConfigValue> = { ...toValue(inForce) }
  for (const [venue, change] of Object.entries(changes)) {
    const before = merged[venue]
    merged[venue] = isObject(change) && isObject(before) ? { ...before, ...change } : change
  }
  try {
    const { config } = loadConfig({
      knownVenues: venues,
      environment: { OPENTAPE_CONFIG: '' },
      flags: { venues: merged },
      workingDirectory: '.',
    })
    // Venues that nobody named are not watched merely because the schema has defaults for them.
    const watchlist = Object.fromEntries(Object.entries(config.venues).filter(([venue]) => venue in merged))
    return { watchlist, problems: [] }
  } catch (error) {
    if (error instanceof ConfigError)
      return { watchlist: inForce, problems: error.problems.map((problem) => ({ ...problem, source: 'request' })) }
    throw error
  }
}

type ConfigObject = { readonly [key: string]: ConfigValue }

function isObject(value: ConfigValue | undefined): value is ConfigObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function toValue(watchlist: Watchlist): ConfigObject {
  return JSON.parse(JSON.stringify(watchlist))
}

import type { Channel } from '../../market/index.ts'

/** What a stream carries. `agg-trade` stands in for trades in captures that have no single ones. */
export type StreamKind = 'trade' | 'agg-trade' | 'book-ticker' | 'depth' | 'ticker'

const SUFFIX: Readonly<Record<Channel, string>> = {
  trade: 'trade',
  quote: 'bookTicker',
  book: 'depth@100ms',
  ticker: 'ticker',
}

/** The stream that we subscribe to for a channel. "All symbols for streams are lowercase" (web-socket-streams.md). */
export function streamName(symbol: string, channel: Channel): string {
  return `${symbol.toLowerCase()}@${SUFFIX[channel]}`
}

export const CHANNEL_OF_KIND: Readonly<Record<StreamKind, Channel>> = {
  trade: 'trade',
  'agg-trade': 'trade',
  'book-ticker': 'quote',
  depth: 'book',
  ticker: 'ticker',
}

/** Symbol (in upper case, as frames write it) and kind of a stream; undefined for streams that we do not read. */
export function readStreamName(name: string): { readonly symbol: string; readonly kind: StreamKind } | undefined {
  const at = name.indexOf('@')
  if (at <= 0) return undefined
  const kind = kindOfSuffix(name.slice(at + 1))
  return kind === undefined ? undefined : { symbol: name.slice(0, at).toUpperCase(), kind }
}

function kindOfSuffix(suffix: string): StreamKind | undefined {
  if (suffix === 'trade') return 'trade'
  if (suffix === 'aggTrade') return 'agg-trade'
  if (suffix === 'bookTicker') return 'book-ticker'
  if (suffix === 'ticker') return 'ticker'
  // `depth5`, `depth10@100ms` are partial books, another protocol; `depth`, `depth@100ms`, `depth@0ms` are changes.
  if (suffix === 'depth' || suffix.startsWith('depth@')) return 'depth'
  return undefined
}

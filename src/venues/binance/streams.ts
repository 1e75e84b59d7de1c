import type { Channel } from '../../market/index.ts'

/** What a stream carries. `open-interest` is no stream: it is asked for by REST, and some recorders write it as one. */
export type StreamKind =
  | 'trade'
  | 'agg-trade'
  | 'book-ticker'
  | 'depth'
  | 'ticker'
  | 'kline'
  | 'mark-price'
  | 'force-order'
  | 'open-interest'
  | 'contract-info'

/** The stream of all contracts together that tells of changes of their status. */
export const CONTRACT_INFO_STREAM = '!contractInfo'

const SUFFIX: Readonly<Record<Exclude<StreamKind, 'contract-info'>, string>> = {
  trade: 'trade',
  'agg-trade': 'aggTrade',
  'book-ticker': 'bookTicker',
  depth: 'depth@100ms',
  ticker: 'ticker',
  kline: 'kline_1m',
  'mark-price': 'markPrice@1s',
  'force-order': 'forceOrder',
  'open-interest': 'openInterest',
}

/** The stream that we subscribe to. "All symbols for streams are lowercase" (web-socket-streams.md). */
export function streamName(symbol: string, kind: StreamKind): string {
  return kind === 'contract-info' ? CONTRACT_INFO_STREAM : `${symbol.toLowerCase()}@${SUFFIX[kind]}`
}

/** The channels that a kind of stream feeds. */
export const CHANNELS_OF_KIND: Readonly<Record<StreamKind, readonly Channel[]>> = {
  trade: ['trade'],
  'agg-trade': ['trade'],
  'book-ticker': ['quote'],
  depth: ['book'],
  ticker: ['ticker'],
  kline: ['candle'],
  'mark-price': ['mark-price', 'funding'],
  'force-order': ['liquidation'],
  'open-interest': ['open-interest'],
  'contract-info': ['status'],
}

/** Symbol (in upper case, as frames write it) and kind of a stream; undefined for streams that we do not read. */
export function readStreamName(name: string): { readonly symbol: string; readonly kind: StreamKind } | undefined {
  const at = name.indexOf('@')
  if (at <= 0 || name.startsWith('!')) return undefined
  const kind = kindOfSuffix(name.slice(at + 1))
  return kind === undefined ? undefined : { symbol: name.slice(0, at).toUpperCase(), kind }
}

function kindOfSuffix(suffix: string): StreamKind | undefined {
  switch (suffix) {
    case 'trade':
      return 'trade'
    case 'aggTrade':
      return 'agg-trade'
    case 'bookTicker':
      return 'book-ticker'
    case 'ticker':
      return 'ticker'
    case 'kline_1m':
      return 'kline'
    case 'forceOrder':
      return 'force-order'
    case 'openInterest':
      return 'open-interest'
    default:
      // `depth5`, `depth10@100ms` are partial books, another protocol; `depth`, `depth@100ms`, `depth@0ms` are changes.
      if (suffix === 'depth' || suffix.startsWith('depth@')) return 'depth'
      return suffix === 'markPrice' || suffix.startsWith('markPrice@') ? 'mark-price' : undefined
  }
}

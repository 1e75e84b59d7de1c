import type { Channel } from '../../market/index.ts'

/** What a topic `market.CODE.…` or `public.CODE.…` carries. */
type TopicKind = 'trade' | 'bbo' | 'detail' | 'candle' | 'book' | 'index' | 'mark' | 'funding' | 'liquidation'

export interface Topic {
  readonly symbol: string
  readonly kind: TopicKind
}

const NAMES: Readonly<Record<TopicKind, string>> = {
  trade: 'trade.detail',
  bbo: 'bbo',
  detail: 'detail',
  candle: 'kline.1min',
  // "size: 20 or 150" (market.$contract_code.depth.size_${size}.high_freq, 2026-11-22)
  book: 'depth.size_150.high_freq',
  index: 'index.1min',
  mark: 'mark_price.1min',
  funding: 'funding_rate',
  liquidation: 'liquidation_orders',
}
const KINDS: ReadonlyMap<string, TopicKind> = new Map(
  (Object.keys(NAMES) as TopicKind[]).map((kind) => [NAMES[kind], kind]),
)

/** Topics of a channel; the one whose confirmation is that of the channel is the last. */
const TOPICS: Readonly<Partial<Record<Channel, readonly TopicKind[]>>> = {
  trade: ['trade'],
  quote: ['bbo'],
  book: ['book'],
  ticker: ['detail'],
  candle: ['candle'],
  'mark-price': ['index', 'mark'],
  funding: ['funding'],
  liquidation: ['liquidation'],
}

export function topicsOf(channel: Channel, symbol: string): readonly (Topic & { readonly name: string })[] {
  return (TOPICS[channel] ?? []).map((kind) => {
    const name = `${isNotice(kind) ? 'public' : 'market'}.${symbol}.${NAMES[kind]}`
    return { symbol, kind, name }
  })
}

/** Notices have words of their own: `op` and `topic`. */
export function isNotice(kind: TopicKind): boolean {
  return kind === 'funding' || kind === 'liquidation'
}

/** The channel that a topic carries; undefined for the index, which comes beside the mark. */
export function channelOf({ kind }: Topic): Channel | undefined {
  for (const channel of Object.keys(TOPICS) as Channel[]) if (TOPICS[channel]?.at(-1) === kind) return channel
  return undefined
}

/** Reads the name of a topic; undefined for one that is not known. Codes come back in capitals, however they were asked for. */
export function readTopic(name: string): Topic | undefined {
  const first = name.indexOf('.')
  const second = name.indexOf('.', first + 1)
  if (second < 0) return undefined
  const kind = KINDS.get(name.slice(second + 1))
  if (kind === undefined || name.slice(0, first) !== (isNotice(kind) ? 'public' : 'market')) return undefined
  return { symbol: name.slice(first + 1, second).toUpperCase(), kind }
}

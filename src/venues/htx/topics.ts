import type { Channel } from '../../market/index.ts'
import { detached } from '../shared/wire-cursor.ts'

/** The deepest book that changes are pushed of. "levels: 5, 20, 150, 400" (market.$symbol.mbp.$levels, 2026-11-22). */
export const DEEPEST = 400
/** What every pair has: where the deepest is refused, this is asked for. */
export const DEEP = 150

/** What a topic `market.SYMBOL.…` carries. */
export type TopicKind =
  | 'trade'
  | 'bbo'
  /** Statistics with the best bid and offer. */
  | 'ticker'
  | 'detail'
  | 'candle'
  /** A whole book a message. */
  | 'depth'
  /** Changes of a book, numbered. */
  | 'mbp'
  /** A whole book of few levels a message. */
  | 'mbp-refresh'
  /** Of contracts: a whole book, and then its changes, numbered by `version`. */
  | 'depth-changes'
  | 'basis'
  | 'open-interest'

export interface Topic {
  readonly symbol: string
  readonly kind: TopicKind
}

const KINDS: ReadonlyMap<string, TopicKind> = new Map([
  ['trade.detail', 'trade'],
  ['bbo', 'bbo'],
  ['ticker', 'ticker'],
  ['detail', 'detail'],
  ['kline.1min', 'candle'],
  // Other steps are merged levels: no book.
  ['depth.step0', 'depth'],
  ['depth.size_20.high_freq', 'depth-changes'],
  ['depth.size_150.high_freq', 'depth-changes'],
  ['open_interest', 'open-interest'],
])

const CHANNELS: Readonly<Record<TopicKind, readonly Channel[]>> = {
  trade: ['trade'],
  bbo: ['quote'],
  ticker: ['ticker', 'quote'],
  detail: ['ticker'],
  candle: ['candle'],
  depth: ['book'],
  mbp: ['book'],
  'mbp-refresh': ['book'],
  'depth-changes': ['book'],
  basis: ['mark-price'],
  'open-interest': ['open-interest'],
}

const MBP = /^mbp\.(refresh\.)?\d{1,3}$/

/** Topics that were read: the same come again and again. */
const read = new Map<string, Topic>()
/** More than a connection carries; beyond, it is begun anew. */
const MAXIMUM_READ = 20_000

/** Reads a topic; undefined for one that is not known. */
export function readTopic(topic: string): Topic | undefined {
  let found = read.get(topic)
  if (found !== undefined) return found
  found = parseTopic(topic)
  if (found === undefined) return undefined
  if (read.size >= MAXIMUM_READ) read.clear()
  // Cut from frames, which must not stay in memory with them.
  read.set(detached(topic), { symbol: detached(found.symbol), kind: found.kind })
  return found
}

function parseTopic(topic: string): Topic | undefined {
  if (!topic.startsWith('market.')) return undefined
  const end = topic.indexOf('.', 7)
  if (end < 0) return undefined
  const rest = topic.slice(end + 1)
  const kind = kindOf(rest)
  return kind === undefined ? undefined : { symbol: topic.slice(7, end), kind }
}

function kindOf(rest: string): TopicKind | undefined {
  const mbp = MBP.exec(rest)
  if (mbp !== null) return mbp[1] === undefined ? 'mbp' : 'mbp-refresh'
  return rest.startsWith('basis.1min.') ? 'basis' : KINDS.get(rest)
}

/** Our channels that a topic carries. */
export function channelsOfTopic({ kind }: Topic): readonly Channel[] {
  return CHANNELS[kind]
}

/** The topic of a channel; undefined where there is none. */
export function topicOf(channel: Channel, symbol: string, levels: number): string | undefined {
  switch (channel) {
    case 'trade':
      return `market.${symbol}.trade.detail`
    case 'quote':
      return `market.${symbol}.bbo`
    case 'book':
      return `market.${symbol}.mbp.${levels}`
    case 'ticker':
      return `market.${symbol}.detail`
    case 'candle':
      return `market.${symbol}.kline.1min`
    default:
      return undefined
  }
}

import {
  type Amount,
  amount,
  type BookLevel,
  type DecimalText,
  decimal,
  type Micros,
  microsFromIso,
  type Price,
  price,
} from '../../market/index.ts'
import { VenueError } from '../venue-error.ts'

/** Frames of the Exchange feed, checked. Prices and sizes are strings on the wire, so `JSON.parse` changes nothing. */
export type Frame =
  | MatchFrame
  | TickerFrame
  | SnapshotFrame
  | UpdateFrame
  | HeartbeatFrame
  | SubscriptionsFrame
  | ErrorFrame

export interface MatchFrame {
  readonly type: 'match' | 'last_match'
  readonly product: string
  readonly tradeId: number
  /** The side of the maker's order: the taker is on the other one. */
  readonly makerSide: 'buy' | 'sell'
  readonly price: Price
  readonly size: Amount
  readonly time: Micros
}

export interface TickerFrame {
  readonly type: 'ticker'
  readonly product: string
  readonly sequence: number | null
  readonly last: Price | null
  readonly open: Price | null
  readonly high: Price | null
  readonly low: Price | null
  readonly volume: DecimalText | null
  readonly bestBid: Price | null
  readonly bestAsk: Price | null
  readonly time: Micros | null
}

export interface SnapshotFrame {
  readonly type: 'snapshot'
  readonly product: string
  readonly bids: BookLevel[]
  readonly asks: BookLevel[]
  /** Levels that are not numbers: left out, and told. */
  readonly unreadable: string[]
  readonly time: Micros | null
}

export interface UpdateFrame {
  readonly type: 'l2update'
  readonly product: string
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
  readonly time: Micros | null
}

export interface HeartbeatFrame {
  readonly type: 'heartbeat'
  readonly product: string
  readonly lastTradeId: number
}

export interface SubscriptionsFrame {
  readonly type: 'subscriptions'
  readonly channels: ReadonlyArray<{ readonly name: string; readonly products: readonly string[] }>
}

export interface ErrorFrame {
  readonly type: 'error'
  readonly text: string
}

type Members = Readonly<Record<string, unknown>>

/**
 * Checks one frame.
 * @returns undefined if it is of a kind that is not spoken here
 * @throws VenueError VENUE_TEXT_INVALID, MarketError or SyntaxError if it is of a known kind and unreadable
 */
export function readFrame(text: string): Frame | undefined {
  const frame = membersOf(JSON.parse(text))
  if (frame === undefined) return undefined
  switch (frame.type) {
    case 'l2update':
      return readUpdate(frame)
    case 'match':
    case 'last_match':
      return readMatch(frame, frame.type)
    case 'heartbeat':
      return {
        type: 'heartbeat',
        product: stringOf(frame, 'product_id'),
        lastTradeId: wholeOf(frame, 'last_trade_id'),
      }
    case 'ticker':
      return readTicker(frame)
    case 'snapshot':
      return readSnapshot(frame)
    case 'subscriptions':
      return readSubscriptions(frame)
    case 'error':
      return {
        type: 'error',
        text: [frame.message, frame.reason].filter((part) => typeof part === 'string').join(': '),
      }
    default:
      return undefined
  }
}

function readMatch(frame: Members, type: 'match' | 'last_match'): MatchFrame {
  const side = frame.side
  if (side !== 'buy' && side !== 'sell') throw invalid('side', side)
  return {
    type,
    product: stringOf(frame, 'product_id'),
    tradeId: wholeOf(frame, 'trade_id'),
    makerSide: side,
    price: price(stringOf(frame, 'price')),
    size: amount(stringOf(frame, 'size')),
    time: microsFromIso(stringOf(frame, 'time')),
  }
}

function readTicker(frame: Members): TickerFrame {
  return {
    type: 'ticker',
    product: stringOf(frame, 'product_id'),
    sequence: Number.isSafeInteger(frame.sequence) ? wholeOf(frame, 'sequence') : null,
    last: decimalOrNull(frame, 'price') as Price | null,
    open: decimalOrNull(frame, 'open_24h') as Price | null,
    high: decimalOrNull(frame, 'high_24h') as Price | null,
    low: decimalOrNull(frame, 'low_24h') as Price | null,
    volume: decimalOrNull(frame, 'volume_24h'),
    bestBid: decimalOrNull(frame, 'best_bid') as Price | null,
    bestAsk: decimalOrNull(frame, 'best_ask') as Price | null,
    time: timeOf(frame.time),
  }
}

function readSnapshot(frame: Members): SnapshotFrame {
  const unreadable: string[] = []
  return {
    type: 'snapshot',
    product: stringOf(frame, 'product_id'),
    bids: readLevels(frame.bids, unreadable),
    asks: readLevels(frame.asks, unreadable),
    unreadable,
    time: timeOf(frame.time),
  }
}

function readLevels(levels: unknown, unreadable: string[]): BookLevel[] {
  if (!Array.isArray(levels)) throw invalid('bids or asks', levels)
  const found: BookLevel[] = []
  for (const level of levels) {
    const read = readLevel(level)
    if (read === undefined) unreadable.push(JSON.stringify(level))
    else if (read[1] !== '0') found.push(read)
  }
  return found
}

function readLevel(level: unknown): BookLevel | undefined {
  if (!Array.isArray(level) || typeof level[0] !== 'string' || typeof level[1] !== 'string') return undefined
  try {
    return [price(level[0]), amount(level[1])]
  } catch {
    // The venue did send sizes such as `0.-10000`. The caller tells.
    return undefined
  }
}

function readUpdate(frame: Members): UpdateFrame {
  const { changes } = frame
  if (!Array.isArray(changes)) throw invalid('changes', changes)
  const bids: BookLevel[] = []
  const asks: BookLevel[] = []
  for (const change of changes) {
    if (!Array.isArray(change)) throw invalid('a change', change)
    const [side, at, size] = change as readonly unknown[]
    if (typeof at !== 'string' || typeof size !== 'string') throw invalid('a change', change)
    const level: BookLevel = [price(at), amount(size)]
    if (side === 'buy') bids.push(level)
    else if (side === 'sell') asks.push(level)
    else throw invalid('side of a change', side)
  }
  return { type: 'l2update', product: stringOf(frame, 'product_id'), bids, asks, time: timeOf(frame.time) }
}

function readSubscriptions(frame: Members): SubscriptionsFrame {
  if (!Array.isArray(frame.channels)) throw invalid('channels', frame.channels)
  const channels = frame.channels.map((channel: unknown) => {
    const members = membersOf(channel)
    if (members === undefined) throw invalid('a channel', channel)
    const products = Array.isArray(members.product_ids) ? members.product_ids : []
    return { name: stringOf(members, 'name'), products: products.filter((id: unknown) => typeof id === 'string') }
  })
  return { type: 'subscriptions', channels }
}

/** The time of a frame. The venue writes year 1 where it knows none. */
export function timeOf(value: unknown): Micros | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') throw invalid('time', value)
  return value.startsWith('0001-01-01T') ? null : microsFromIso(value)
}

/** The members of a JSON object; undefined if it is none. */
export function membersOf(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined
}

function stringOf(members: Members, name: string): string {
  const value = members[name]
  if (typeof value !== 'string' || value === '') throw invalid(name, value)
  return value
}

function wholeOf(members: Members, name: string): number {
  const value = members[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw invalid(name, value)
  return value
}

function decimalOrNull(members: Members, name: string): DecimalText | null {
  const value = members[name]
  if (value === undefined || value === null || value === '') return null
  if (typeof value !== 'string') throw invalid(name, value)
  return decimal(value)
}

function invalid(name: string, value: unknown): VenueError {
  return new VenueError('VENUE_TEXT_INVALID', `${name} is ${JSON.stringify(value)?.slice(0, 80) ?? 'missing'}`)
}

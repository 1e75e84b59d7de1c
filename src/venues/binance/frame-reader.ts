import type { Micros } from '../../market/index.ts'
import type { SessionOutput } from '../protocol.ts'
import { WireCursor } from '../shared/wire-cursor.ts'
import { VenueError } from '../venue-error.ts'
import { readBundleFrame } from './bundle-frame.ts'
import { readCandleFrame } from './candle-frame.ts'
import { readContractDepth, readContractQuote } from './contract-frames.ts'
import { readBundleData, readDepthData, readQuoteData, readTickerData, readTradeData } from './event-data.ts'
import {
  readCandleData,
  readLiquidationData,
  readMarkPriceData,
  readOpenInterestData,
  readStatusData,
} from './fact-data.ts'
import { readSpotDepth, readSpotQuote, readSpotTrade } from './spot-frames.ts'
import type { StreamTable } from './stream-table.ts'
import { readStreamName, type StreamKind } from './streams.ts'
import type { SymbolFeeds } from './symbol-feeds.ts'
import { isWireObject, parseWire, type WireObject } from './wire.ts'

/** Events of frames that are no streams of ours although they are market data (a capture may have more than we read). */
const OTHER_EVENTS: ReadonlySet<string> = new Set([
  'kline',
  'continuous_kline',
  'indexPrice_kline',
  'markPrice_kline',
  'indexPriceUpdate',
  'compositeIndex',
  'assetIndexUpdate',
  '24hrMiniTicker',
  '1hTicker',
  '4hTicker',
  '1dTicker',
  'avgPrice',
])

type DataReader = (feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput) => boolean

/** The careful readers. Each gives its message to the feed of its symbol, and returns whether there is one. */
const DATA_READERS: Readonly<Record<StreamKind, DataReader>> = {
  trade: readTradeData,
  'agg-trade': readBundleData,
  'book-ticker': readQuoteData,
  depth: readDepthData,
  ticker: readTickerData,
  kline: readCandleData,
  'mark-price': readMarkPriceData,
  'force-order': readLiquidationData,
  'open-interest': readOpenInterestData,
  'contract-info': readStatusData,
}

/** One message of a frame, and of which symbol (as frames write it) it is. */
interface FrameMessage {
  readonly kind: StreamKind
  readonly symbol: string
  readonly data: WireObject
}

/**
 * Reads frames of market data and gives each to its feed. The streams that carry nearly everything are walked over in one
 * pass ({@link readFast}); whatever is not exactly as they are written is parsed and checked ({@link readSlowly}).
 */
export class FrameReader {
  readonly #streams: StreamTable
  readonly #symbols: ReadonlyMap<string, SymbolFeeds>
  readonly #isSpot: boolean
  readonly #cursor = new WireCursor()

  constructor(streams: StreamTable, symbols: ReadonlyMap<string, SymbolFeeds>) {
    this.#streams = streams
    this.#symbols = symbols
    this.#isSpot = streams.wire === 'spot'
  }

  /** @returns false if the frame is not of a known shape: then nothing was done with it. */
  readFast(frame: string, at: Micros, out: SessionOutput): boolean {
    const cursor = this.#cursor
    cursor.start(frame, 0)
    if (!cursor.literal('{"stream":"')) return false
    const stream = this.#streams.read(cursor)
    if (stream?.head === undefined || !cursor.literal(stream.head)) return false
    switch (stream.kind) {
      case 'depth':
        return this.#isSpot ? readSpotDepth(cursor, stream, at, out) : readContractDepth(cursor, stream, at, out)
      case 'book-ticker':
        return this.#isSpot ? readSpotQuote(cursor, stream, at, out) : readContractQuote(cursor, stream, at, out)
      case 'trade':
        return readSpotTrade(cursor, stream, at, out)
      case 'agg-trade':
        return readBundleFrame(cursor, stream, at, out)
      case 'kline':
        return readCandleFrame(cursor, stream, at, out)
      default:
        return false
    }
  }

  /**
   * Reads any frame.
   * @returns the parsed frame if it is no market data; undefined where that was dealt with.
   * @throws VenueError or MarketError if it is malformed
   */
  readSlowly(frame: string, at: Micros, out: SessionOutput): unknown {
    const root = parseWire(frame)
    if (!isWireObject(root) && !Array.isArray(root))
      throw new VenueError('VENUE_TEXT_INVALID', 'a frame is not an object')
    const messages = messagesOf(root)
    if (messages === undefined) return root
    let unknown: FrameMessage | undefined
    for (const message of messages) {
      const feeds = this.#symbols.get(message.symbol)
      if (feeds === undefined || !DATA_READERS[message.kind](feeds, message.data, at, out)) unknown ??= message
    }
    if (unknown !== undefined) {
      const reason = `nobody subscribed to ${unknown.kind} of ${unknown.symbol.slice(0, 40)}`
      out.refused({ kind: 'unknown-instrument', reason, sample: frame.slice(0, 200) })
    }
    return undefined
  }
}

/**
 * The messages of a frame: one, or as many as there are symbols in the streams of all symbols. None where it is market data
 * that is not read; undefined where it is no market data at all.
 */
export function messagesOf(root: unknown): readonly FrameMessage[] | undefined {
  const combined = isWireObject(root) && typeof root.stream === 'string' ? root.stream : undefined
  const data = isWireObject(root) && combined !== undefined ? root.data : root
  if (Array.isArray(data)) {
    const messages = (data as readonly unknown[]).flatMap((one) => (isWireObject(one) ? (messageOf(one) ?? []) : []))
    return messages.length > 0 || combined !== undefined ? messages : undefined
  }
  if (!isWireObject(data)) return undefined
  // Streams of one symbol say what they are by their name: partial books (`depth5`) are written like changes.
  const message = combined === undefined || combined.startsWith('!') ? messageOf(data) : streamMessage(combined, data)
  if (message !== undefined) return [message]
  return typeof data.e === 'string' && OTHER_EVENTS.has(data.e) ? [] : undefined
}

function streamMessage(stream: string, data: WireObject): FrameMessage | undefined {
  const kind = readStreamName(stream)?.kind
  const symbol = kind === undefined ? undefined : symbolOf(kind, data)
  return kind === undefined || symbol === undefined ? undefined : { kind, symbol, data }
}

/** Raw streams (`/ws/…`) have no wrapper: the kind is in the data. */
function messageOf(data: WireObject): FrameMessage | undefined {
  const kind = kindOfData(data)
  const symbol = kind === undefined ? undefined : symbolOf(kind, data)
  return kind === undefined || symbol === undefined ? undefined : { kind, symbol, data }
}

function symbolOf(kind: StreamKind, data: WireObject): string | undefined {
  const holder = kind === 'force-order' && isWireObject(data.o) ? data.o : data
  const symbol = kind === 'open-interest' ? holder.symbol : holder.s
  return typeof symbol === 'string' ? symbol : undefined
}

function kindOfData(data: WireObject): StreamKind | undefined {
  switch (data.e) {
    case 'trade':
      return 'trade'
    case 'aggTrade':
      return 'agg-trade'
    case 'bookTicker':
      return 'book-ticker'
    case 'depthUpdate':
      return 'depth'
    case '24hrTicker':
      return 'ticker'
    case 'kline':
      return isWireObject(data.k) && data.k.i === '1m' ? 'kline' : undefined
    case 'markPriceUpdate':
      return 'mark-price'
    case 'forceOrder':
      return 'force-order'
    case 'contractInfo':
      return 'contract-info'
    default:
      return data.e === undefined && 'u' in data && 'B' in data && 'A' in data ? 'book-ticker' : undefined
  }
}

import { type Channel, type Instrument, MICROS_PER_SECOND, type OrderBook } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { InterleavedChecksum } from '../shared/interleaved-checksum.ts'
import type { BookChange, BookPosition, BookRule, Verdict } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { channelOf, typeOf, type WireArgument, wireArguments } from './channels.ts'
import { okxTradeHistory } from './history.ts'
import { RowReader } from './row-reader.ts'
import { familyOf, indexOf } from './symbols.ts'
import { type EventFrame, readFrame } from './wire.ts'

/** "the total length of multiple channels cannot exceed 64 KB" (#overview-websocket-subscribe, 2026-11-22) */
const ARGUMENTS_PER_MESSAGE = 200
/** "N is less than 30" seconds without a message, then `ping` is to be said (#overview-websocket-connect, 2026-11-22) */
const PING_EVERY = 20 * MICROS_PER_SECOND
/** "Requests too frequent" (#error-code-websocket, 2026-11-22) */
const TOO_FREQUENT = '60014'
/** The channel of an index, which several instruments share. */
const INDEX = 'index-tickers'
/** What a refusal names: `Wrong URL or channel:books,instId:FOO-BAR doesn't exist.` */
const REFUSED_ARGUMENT = /channel\s?:\s?"?([\w-]+)"?\s*,\s*inst(?:Id|Type|Family)\s?:\s?"?([^\s,"]+)/

/** Those of the books that have one: the rule itself is the same for all. */
const CHECKSUMS = new WeakMap<OrderBook, InterleavedChecksum>()

/**
 * "The prevSeqId in the new message matches with seqId of the previous message. […] prevSeqId is always -1 [in snapshots]. Exceptions: 1. If there
 * are no updates […] seqId is the same as the last sent message and prevSeqId equals to seqId. 2. The sequence number may be reset due to
 * maintenance, and in this case, users will receive an incremental message with seqId smaller than prevSeqId": all of them link to the message before.
 * https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel (2026-11-22)
 *
 * Messages before 2023 have no sequence and a checksum instead; since June 2026 "its value is fixed to 0 and must no longer be used" (same page).
 */
export const OKX_BOOK_RULE: BookRule = {
  snapshot: 'stream',
  judge({ previous }: BookChange, { last }: BookPosition): Verdict {
    return previous === null || last === null || previous === last ? 'next' : 'gap'
  },
  keepsFor({ checksum }: BookChange): boolean {
    return checksum !== null
  },
  verify(book: OrderBook, checksum: number): boolean {
    let checksums = CHECKSUMS.get(book)
    if (checksums === undefined) {
      checksums = new InterleavedChecksum()
      CHECKSUMS.set(book, checksums)
    }
    return checksums.verify(book, checksum)
  },
}

/** What OKX adds to the common life of a session. */
export class OkxWords implements MarketWords {
  readonly tradeIds = 'consecutive'
  readonly tradeHistory = okxTradeHistory
  readonly bookRule = OKX_BOOK_RULE
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = true
  readonly rareChannels = ['liquidation', 'option-summary', 'status'] as const
  readonly ping = { everyMicros: PING_EVERY, text: () => 'ping' }
  /** Instruments by what was subscribed to for them together with others: a kind, a family, an index. */
  readonly #sharing = new Map<string, Map<string, Instrument>>()
  readonly #rows = new RowReader((channel, name) => this.#sharers(channel, name))

  opened(): readonly string[] {
    this.#rows.forget()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    for (const { instrument, channel } of subscriptions) {
      const key = sharedKey(instrument, channel)
      if (key === undefined) continue
      const known = this.#sharing.get(key)
      if (known === undefined) this.#sharing.set(key, new Map([[instrument.symbol, instrument]]))
      else known.set(instrument.symbol, instrument)
    }
    return messages('subscribe', argumentsOf(subscriptions))
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    for (const { instrument, channel } of subscriptions) {
      const key = sharedKey(instrument, channel)
      if (key !== undefined) this.#sharing.get(key)?.delete(instrument.symbol)
    }
    // What others share goes on for them.
    return messages(
      'unsubscribe',
      argumentsOf(subscriptions).filter((argument) => this.#sharersOf(argument).length === 0),
    )
  }

  read(frame: string, facts: MarketFacts): boolean {
    if (this.#rows.scan(frame, facts) || frame === 'pong') return true
    const read = readFrame(frame)
    if (read === undefined) return false
    if ('event' in read) return this.#event(read, facts)
    return this.#rows.read(read, facts)
  }

  bookOfMalformed(frame: string): string | undefined {
    return /"channel"\s*:\s*"books[\w-]*"\s*,\s*"instId"\s*:\s*"([^"\\]{1,60})"/.exec(frame.slice(0, 200))?.[1]
  }

  #event({ event, channel: wireChannel, name, type, code, message }: EventFrame, facts: MarketFacts): boolean {
    switch (event) {
      case 'subscribe': {
        const channel = wireChannel === undefined ? undefined : channelOf(wireChannel)
        // The mark price stands for both of its channels.
        if (wireChannel === undefined || channel === undefined || wireChannel === INDEX) return true
        const sharers = this.#sharers(wireChannel, name ?? type ?? '')
        if (sharers.length > 0) for (const symbol of sharers) facts.subscribed(symbol, channel)
        else if (name !== undefined) facts.subscribed(name, channel)
        return true
      }
      case 'unsubscribe':
      case 'channel-conn-count':
      case 'login':
        return true
      // "The connection will soon be closed for a service upgrade. Please reconnect." (#overview-websocket-notification, 2026-11-22)
      case 'notice':
        facts.reconnect(message)
        return true
      case 'error':
        this.#error(code, message, facts)
        return true
      default:
        return false
    }
  }

  #error(code: string, message: string, facts: MarketFacts): void {
    const reason = `${code}: ${message}`
    if (code === TOO_FREQUENT) {
      facts.tooMany(reason)
      return
    }
    const [, wireChannel = '', name = ''] = REFUSED_ARGUMENT.exec(message) ?? []
    const channel = channelOf(wireChannel)
    if (channel === undefined || wireChannel === INDEX) {
      facts.venueError(reason)
      return
    }
    const sharers = this.#sharers(wireChannel, name)
    for (const symbol of sharers.length > 0 ? sharers : [name]) facts.refused(symbol, channel, reason)
  }

  #sharersOf({ channel, instId, instType, instFamily }: WireArgument): readonly string[] {
    return this.#sharers(channel, instId ?? instType ?? instFamily ?? '')
  }

  /** The instruments that are fed by a channel of this name together. */
  #sharers(wireChannel: string, name: string): readonly string[] {
    return [...(this.#sharing.get(`${wireChannel} ${name}`)?.keys() ?? [])]
  }
}

/** What a channel of an instrument shares with those of others; undefined if it is its own. */
function sharedKey(instrument: Instrument, channel: Channel): string | undefined {
  switch (channel) {
    case 'liquidation':
      return `liquidation-orders ${typeOf(instrument)}`
    case 'status':
      return `instruments ${typeOf(instrument)}`
    case 'option-summary':
      return `opt-summary ${familyOf(instrument.symbol)}`
    case 'mark-price':
      return `${INDEX} ${indexOf(instrument)}`
    default:
      return undefined
  }
}

/** The arguments of subscriptions, each once. */
function argumentsOf(subscriptions: readonly Subscription[]): readonly WireArgument[] {
  const unique = new Map<string, WireArgument>()
  for (const { instrument, channel } of subscriptions) {
    for (const argument of wireArguments(instrument, channel)) unique.set(JSON.stringify(argument), argument)
  }
  return [...unique.values()]
}

function messages(operation: 'subscribe' | 'unsubscribe', args: readonly WireArgument[]): string[] {
  const texts: string[] = []
  for (let from = 0; from < args.length; from += ARGUMENTS_PER_MESSAGE) {
    texts.push(JSON.stringify({ op: operation, args: args.slice(from, from + ARGUMENTS_PER_MESSAGE) }))
  }
  return texts
}

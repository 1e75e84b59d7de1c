import { type Channel, type Instrument, MICROS_PER_SECOND, type OrderBook } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketPoll, MarketWords } from '../shared/market/market-words.ts'
import { WireUsers } from '../shared/market/wire-users.ts'
import { bitgetBookRule } from './book-rule.ts'
import { channelsOf, wireChannelOf } from './channels.ts'
import { type Frame, type FrameArgument, readFrame } from './frame.ts'
import { bitgetTradeHistory } from './history.ts'
import { LIQUIDATION, Liquidations } from './liquidations.ts'
import { RowReader } from './row-reader.ts'
import { statusPoll } from './status-poll.ts'
import { partsOf } from './symbols.ts'

/** No number is given; a message of 50 arguments is some 4 KB. */
const ARGUMENTS_PER_MESSAGE = 50
/** "Users set a 30 seconds timer to a send string "ping"" (common/websocket-intro, 2026-11-22) */
const PING_EVERY = 25 * MICROS_PER_SECOND
/** "request too many" and "request over limit, connection close" (WebSocket error codes, common/websocket-intro, 2026-11-22) */
const TOO_MANY: ReadonlySet<string> = new Set(['30006', '30007'])
/** "channel does not exist", "instType … doesn't exist", "param error" */
const REFUSED: ReadonlySet<string> = new Set(['30001', '30003', '30016'])

/** What Bitget adds to the common life of a session. It subscribes as v2, and reads v1 and v3 too: every frame says which it is. */
export class BitgetWords implements MarketWords {
  readonly tradeIds = 'unique'
  readonly tradeHistory = bitgetTradeHistory
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = ['liquidation']
  readonly ping = { everyMicros: PING_EVERY, text: () => 'ping' }
  readonly polls: readonly MarketPoll[] = [statusPoll]
  readonly #rows = new RowReader()
  readonly bookRule = bitgetBookRule((book: OrderBook, checksum: number) => this.#rows.verify(book, checksum))
  readonly #users = new WireUsers(wireOf)
  readonly #liquidations = new Liquidations()

  opened(): readonly string[] {
    this.#users.clear()
    this.#liquidations.clear()
    this.#rows.forget()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    const { liquidations, others } = parted(subscriptions)
    return messages('subscribe', [...this.#users.begin(others), ...this.#liquidations.begin(liquidations)])
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    const { liquidations, others } = parted(subscriptions)
    return messages('unsubscribe', [...this.#users.end(others), ...this.#liquidations.end(liquidations)])
  }

  read(text: string, facts: MarketFacts): boolean {
    if (this.#rows.scan(text, facts) || text === 'pong') return true
    const frame = readFrame(text)
    if (frame === undefined) return false
    if (frame.event !== undefined) return this.#event(frame.event, frame, facts)
    if (frame.argument === undefined || frame.rows === undefined) return false
    if (frame.argument.channel === LIQUIDATION) {
      this.#liquidations.read(frame.argument.product, frame.rows, facts)
      return true
    }
    return this.#rows.read(frame.argument, frame.action, frame.rows, frame.sentAt, facts)
  }

  bookOfMalformed(text: string): string | undefined {
    const beginning = text.slice(0, 300)
    if (!/"(?:channel|topic)"\s*:\s*"books"/.test(beginning)) return undefined
    const [, type] = /"instType"\s*:\s*"([\w-]{1,20})"/.exec(beginning) ?? []
    const [, name] = /"(?:instId|symbol)"\s*:\s*"([^"\\]{1,40})"/.exec(beginning) ?? []
    const { product } = partsOf(`${type}:`)
    return product === undefined || name === undefined ? undefined : `${product}:${name}`
  }

  /** What a channel of the feed is to us, of each instrument that has it. */
  #carriedBy({ channel, product, symbol }: FrameArgument): { readonly symbol: string; readonly channel: Channel }[] {
    if (channel === LIQUIDATION) return [...this.#liquidations.of(product)].map((one) => ({ symbol: one, channel }))
    return channelsOf(channel).map((one) => ({ symbol, channel: one }))
  }

  #event(event: string, { argument, code, message }: Frame, facts: MarketFacts): boolean {
    switch (event) {
      case 'subscribe':
        if (argument !== undefined) {
          for (const { symbol, channel } of this.#carriedBy(argument)) facts.subscribed(symbol, channel)
        }
        return true
      case 'unsubscribe':
      case 'login':
        return true
      case 'error':
        if (TOO_MANY.has(code)) facts.tooMany(`${code}: ${message}`)
        else if (argument === undefined || !REFUSED.has(code)) facts.venueError(`${code}: ${message}`)
        else {
          for (const { symbol, channel } of this.#carriedBy(argument)) {
            facts.refused(symbol, channel, `${code}: ${message}`)
          }
        }
        return true
      default:
        return false
    }
  }
}

/** Liquidations are asked for in another way. */
function parted(subscriptions: readonly Subscription[]) {
  const isLiquidation = ({ channel }: Subscription) => channel === 'liquidation'
  return {
    liquidations: subscriptions.filter(isLiquidation),
    others: subscriptions.filter((subscription) => !isLiquidation(subscription)),
  }
}

/** The argument by which a subscription is asked for, as text. */
function wireOf({ instrument, channel }: Subscription): string {
  return JSON.stringify(argumentFor(instrument, channel))
}

function argumentFor({ symbol }: Instrument, channel: Channel) {
  const { product, name } = partsOf(symbol)
  return { instType: product ?? 'SPOT', channel: wireChannelOf(channel), instId: name }
}

function messages(operation: 'subscribe' | 'unsubscribe', args: readonly string[]): string[] {
  const texts: string[] = []
  for (let from = 0; from < args.length; from += ARGUMENTS_PER_MESSAGE) {
    texts.push(`{"op":"${operation}","args":[${args.slice(from, from + ARGUMENTS_PER_MESSAGE).join(',')}]}`)
  }
  return texts
}

import type { Channel, Instrument } from '../../market/index.ts'
import { type Category, categoryOf, nameOf } from './category.ts'

/**
 * The deepest stream that begins with a snapshot: "Level 1000 data, push frequency: 200ms", in all three markets.
 * `orderbook.full` is not there for contracts. https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook (2026-11-22)
 */
const BOOK_DEPTH = 1_000

/** What has to be subscribed for one of our channels; undefined where no topic has it. */
export function topicOf(instrument: Instrument, channel: Channel): string | undefined {
  const name = nameOf(instrument.symbol)
  switch (channel) {
    case 'trade':
      return `publicTrade.${name}`
    case 'quote':
      return `orderbook.1.${name}`
    case 'book':
      return `orderbook.${BOOK_DEPTH}.${name}`
    case 'candle':
      return `kline.1.${name}`
    case 'ticker':
      return `tickers.${name}`
    case 'funding':
    case 'mark-price':
    case 'open-interest':
      return categoryOf(instrument) === 'spot' ? undefined : `tickers.${name}`
    case 'liquidation':
      return categoryOf(instrument) === 'spot' ? undefined : `allLiquidation.${name}`
    default:
      return undefined
  }
}

/** What a topic brings, today's or the retired protocol's. */
interface TopicMeaning {
  readonly channels: readonly Channel[]
  readonly name: string
  /** It is of the protocol before v5. */
  readonly isRetired: boolean
}

const DERIVED: readonly Channel[] = ['ticker', 'funding', 'mark-price', 'open-interest']

/** The channels and the instrument that a topic names; undefined if it is of an unknown kind. */
export function meaningOf(topic: string): TopicMeaning | undefined {
  const parts = topic.split('.')
  const name = parts.at(-1) ?? ''
  if (parts.length < 2 || name === '') return undefined
  const of = (channels: readonly Channel[], isRetired = false) => ({ channels, name, isRetired })
  switch (parts[0]) {
    case 'publicTrade':
      return of(['trade'])
    case 'orderbook':
      return of([parts[1] === '1' ? 'quote' : 'book'])
    case 'tickers':
      return of(DERIVED)
    case 'kline':
      return of(['candle'])
    case 'allLiquidation':
    case 'liquidation':
      return of(['liquidation'])
    case 'trade':
      return of(['trade'], true)
    case 'orderBookL2_25':
    case 'orderBook_200':
      return of(['book'], true)
    case 'instrument_info':
      return of(DERIVED, true)
    case 'candle':
    case 'klineV2':
      return of(['candle'], true)
    default:
      return undefined
  }
}

/** Channels that instruments of a market have over its socket, and status over REST. */
export function channelsOfCategory(category: Category, isPerpetual: boolean): readonly Channel[] {
  const common: readonly Channel[] = ['trade', 'quote', 'book', 'ticker', 'candle', 'status']
  if (category === 'spot') return common
  const contracts: readonly Channel[] = [...common, 'mark-price', 'open-interest', 'liquidation']
  return isPerpetual ? [...contracts, 'funding'] : contracts
}

/** "Spot can input up to 10 args for each subscription request sent to one connection": v5/ws/connect (2026-11-22) */
const SPOT_TOPICS_PER_MESSAGE = 10
const TOPICS_PER_MESSAGE = 100

/** Topics in as few messages as the market allows. */
export function chunked(category: Category, topics: readonly string[]): string[][] {
  const size = category === 'spot' ? SPOT_TOPICS_PER_MESSAGE : TOPICS_PER_MESSAGE
  const chunks: string[][] = []
  for (let from = 0; from < topics.length; from += size) chunks.push(topics.slice(from, from + size))
  return chunks
}

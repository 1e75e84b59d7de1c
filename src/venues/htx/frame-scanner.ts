import type { Amount, BookLevel, DecimalText, Micros, Price } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { WireCursor } from '../shared/wire-cursor.ts'
import { scanLevels } from './level-scanner.ts'
import { readTopic, type Topic, type TopicKind } from './topics.ts'
import { type ScannedTrade, sayTrades, scanTime, scanTradeList } from './wire-values.ts'

const OPEN_BRACKET = 91

const cursor = new WireCursor()
/** What the members of a frame said, in whichever order they came. */
let topic: Topic | undefined
let hasTick = false
let messageTime = -1
let bookTime = -1
let version = -1
let sequence = -1
let previous = -1
let bids: BookLevel[] | undefined
let asks: BookLevel[] | undefined
let bid: Price | undefined
let bidSize: Amount | undefined
let ask: Price | undefined
let askSize: Amount | undefined
let trades: readonly ScannedTrade[] | undefined
let last: Price | undefined
let open: Price | undefined
let high: Price | undefined
let low: Price | undefined
let volume: DecimalText | undefined
let quoteVolume: DecimalText | undefined

/**
 * Says a book, whole or changed, a quote, trades or statistics straight from the text: nearly all that comes is such.
 * @returns false, having said nothing, for every other frame and for one that is not written as expected
 */
export function scanFrame(frame: string, facts: MarketFacts): boolean {
  cursor.start(frame)
  topic = undefined
  hasTick = false
  messageTime = -1
  bookTime = -1
  version = -1
  sequence = -1
  previous = -1
  bids = undefined
  asks = undefined
  bid = undefined
  bidSize = undefined
  ask = undefined
  askSize = undefined
  trades = undefined
  last = undefined
  open = undefined
  high = undefined
  low = undefined
  volume = undefined
  quoteVolume = undefined
  const isRead = cursor.members(readRoot) && cursor.isAtEnd
  cursor.clear()
  const read = topicRead()
  if (!isRead || messageTime < 0 || read === undefined) return false
  switch (read.kind) {
    case 'mbp':
      return sayChange(read.symbol, facts)
    case 'depth':
      return sayWhole(read.symbol, facts)
    case 'bbo':
      return sayQuote(read.symbol, facts)
    case 'detail':
      return sayDetail(read.symbol, facts)
    default:
      return sayScannedTrades(read.symbol, facts)
  }
}

/** In a function of its own, since readers assign it out of the compiler's sight. */
function topicRead(): Topic | undefined {
  return topic
}

function sayChange(symbol: string, facts: MarketFacts): boolean {
  if (sequence < 0 || previous < 0) return false
  const change = { bids: bids ?? [], asks: asks ?? [], exchangeTime: messageTime as Micros }
  facts.book(symbol, { kind: 'update', ...change, first: sequence, last: sequence, previous })
  return true
}

function sayWhole(symbol: string, facts: MarketFacts): boolean {
  if (version < 0 || bids === undefined || asks === undefined) return false
  const exchangeTime = (bookTime < 0 ? messageTime : bookTime) as Micros
  facts.book(symbol, {
    kind: 'snapshot',
    bids,
    asks,
    exchangeTime,
    first: version,
    last: version,
    previous: null,
  })
  return true
}

function sayQuote(symbol: string, facts: MarketFacts): boolean {
  if (bid === undefined || bidSize === undefined || ask === undefined || askSize === undefined) return false
  if (sequence < 0 || bookTime < 0) return false
  facts.quote(symbol, bid, bidSize, ask, askSize, bookTime as Micros, sequence)
  return true
}

/** As the careful reader says it; where a member is absent, it is left to that one. */
function sayDetail(symbol: string, facts: MarketFacts): boolean {
  if (last === undefined || open === undefined || high === undefined || low === undefined) return false
  if (volume === undefined || quoteVolume === undefined) return false
  facts.ticker(symbol, { exchangeTime: messageTime as Micros, last, open, high, low, volume, quoteVolume })
  return true
}

function sayScannedTrades(symbol: string, facts: MarketFacts): boolean {
  if (trades === undefined) return false
  sayTrades(symbol, trades, facts)
  return true
}

function readRoot(name: string): boolean {
  switch (name) {
    case 'ch': {
      // Once, and first: the topic says how its tick is to be read.
      const text = cursor.quoted()
      if (text === undefined || topic !== undefined) return false
      topic = readTopic(text)
      return topic !== undefined && SCANNED.has(topic.kind)
    }
    case 'ts':
      messageTime = scanTime(cursor)
      return messageTime >= 0
    case 'tick':
      if (topic === undefined || hasTick) return false
      hasTick = true
      if (topic.kind === 'bbo') return cursor.members(readQuote)
      if (topic.kind === 'detail') return cursor.members(readDetail)
      return cursor.members(topic.kind === 'trade' ? readTradeTick : readTick)
  }
  return false
}

const SCANNED: ReadonlySet<TopicKind> = new Set(['mbp', 'depth', 'bbo', 'trade', 'detail'])

function readQuote(name: string): boolean {
  switch (name) {
    case 'bid':
      bid = cursor.number() as Price | undefined
      return bid !== undefined
    case 'bidSize':
      bidSize = cursor.number() as Amount | undefined
      return bidSize !== undefined
    case 'ask':
      ask = cursor.number() as Price | undefined
      return ask !== undefined
    case 'askSize':
      askSize = cursor.number() as Amount | undefined
      return askSize !== undefined
    case 'seqId':
      sequence = cursor.whole()
      return sequence >= 0
    case 'quoteTime':
      bookTime = scanTime(cursor)
      return bookTime >= 0
    case 'symbol':
      return cursor.quoted() !== undefined
  }
  return false
}

function readDetail(name: string): boolean {
  switch (name) {
    case 'id':
    case 'version':
    case 'count':
      return cursor.whole() >= 0
    case 'close':
      last = cursor.number() as Price | undefined
      return last !== undefined
    case 'open':
      open = cursor.number() as Price | undefined
      return open !== undefined
    case 'high':
      high = cursor.number() as Price | undefined
      return high !== undefined
    case 'low':
      low = cursor.number() as Price | undefined
      return low !== undefined
    case 'amount':
      volume = cursor.number()
      return volume !== undefined
    case 'vol':
      quoteVolume = cursor.number()
      return quoteVolume !== undefined
  }
  return false
}

function readTradeTick(name: string): boolean {
  switch (name) {
    case 'id':
    case 'ts':
      return cursor.whole() >= 0
    case 'data':
      return readTrades()
  }
  return false
}

function readTrades(): boolean {
  if (!cursor.character(OPEN_BRACKET)) return false
  trades = scanTradeList(cursor, scanTrade)
  return trades !== undefined
}

function scanTrade(): ScannedTrade | undefined {
  tradeId = ''
  tradePrice = undefined
  tradeAmount = undefined
  tradeSide = undefined
  tradeTime = -1
  if (!cursor.members(readTrade)) return undefined
  if (tradeId === '' || tradePrice === undefined || tradeAmount === undefined) return undefined
  if (tradeSide === undefined || tradeTime < 0) return undefined
  return { id: tradeId, price: tradePrice, amount: tradeAmount, side: tradeSide, time: tradeTime as Micros }
}

let tradeId = ''
let tradePrice: Price | undefined
let tradeAmount: Amount | undefined
let tradeSide: 'buy' | 'sell' | undefined
let tradeTime = -1

function readTrade(name: string): boolean {
  switch (name) {
    case 'tradeId': {
      const first = cursor.at
      if (cursor.whole() < 0) return false
      tradeId = cursor.text.slice(first, cursor.at)
      return true
    }
    // Up to 25 digits, and not used beside the other.
    case 'id':
      return cursor.decimal() !== undefined
    case 'ts':
      tradeTime = scanTime(cursor)
      return tradeTime >= 0
    case 'price':
      tradePrice = cursor.number() as Price | undefined
      return tradePrice !== undefined
    case 'amount':
      tradeAmount = cursor.number() as Amount | undefined
      return tradeAmount !== undefined
    case 'direction':
      if (cursor.literal('"buy"')) tradeSide = 'buy'
      else if (cursor.literal('"sell"')) tradeSide = 'sell'
      else return false
      return true
  }
  return false
}

function readTick(name: string): boolean {
  switch (name) {
    case 'bids':
      bids = scanLevels(cursor, topic?.kind === 'depth')
      return bids !== undefined
    case 'asks':
      asks = scanLevels(cursor, topic?.kind === 'depth')
      return asks !== undefined
    case 'version':
      version = cursor.whole()
      return version >= 0
    case 'seqNum':
      sequence = cursor.whole()
      return sequence >= 0
    case 'prevSeqNum':
      previous = cursor.whole()
      return previous >= 0
    // Contracts number their messages, and say their topic again.
    case 'id':
    case 'mrid':
      return cursor.whole() >= 0
    case 'ch':
      return cursor.quoted() !== undefined
    case 'ts':
      bookTime = scanTime(cursor)
      return bookTime >= 0
  }
  return false
}

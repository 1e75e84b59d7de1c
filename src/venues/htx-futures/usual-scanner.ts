import type { Amount, DecimalText, Micros, Price } from '../../market/index.ts'
import { KnownTopics } from '../htx/known-topics.ts'
import { scanLevels } from '../htx/level-scanner.ts'
import { type ScannedTrade, sayTrades, scanTime, scanTradeList } from '../htx/wire-values.ts'
import { AsciiCursor } from '../shared/ascii-cursor.ts'
import { AsciiLiteral } from '../shared/ascii-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { oneSideOf, oneSideOfWhole } from './one-side.ts'
import type { Memory } from './reader.ts'
import { clearTick, sayTick, scanTick } from './statistics-scanner.ts'
import { readTopic } from './topics.ts'

const COMMA = 44
const CLOSE_BRACE = 125
const SMALL_Q = 113
const SMALL_R = 114
/** Longer than most changes: such a frame would stay in memory with the levels that were cut from it. */
const LARGE_FRAME = 2_000

// What stands before the values.
const ASK_PAIR = new AsciiLiteral('],"ask":[')
const BEHIND_PAIR = new AsciiLiteral('],"ts":')
const BIDS = new AsciiLiteral(',"bids":')
const BID_PAIR = new AsciiLiteral(',"bid":[')
const BUY = new AsciiLiteral('buy"')
const DATA = new AsciiLiteral(',"data":[')
const DIRECTION = new AsciiLiteral(',"direction":"')
const EVENT = new AsciiLiteral(',"event":"')
const FIRST_AMOUNT = new AsciiLiteral('{"amount":')
const FIRST_ASKS = new AsciiLiteral('{"asks":')
const FIRST_ID = new AsciiLiteral('{"id":')
const FIRST_MRID = new AsciiLiteral('{"mrid":')
const ID = new AsciiLiteral(',"id":')
const MRID = new AsciiLiteral(',"mrid":')
const PRICE = new AsciiLiteral(',"price":')
const QUANTITY = new AsciiLiteral(',"quantity":')
const SELL = new AsciiLiteral('sell"')
const SNAPSHOT = new AsciiLiteral('snapshot"')
const TICK = new AsciiLiteral(',"tick":')
const TIME = new AsciiLiteral(',"ts":')
const TURNOVER = new AsciiLiteral(',"trade_turnover":')
const UPDATE = new AsciiLiteral('update"')
const VERSION = new AsciiLiteral(',"version":')

const cursor = new AsciiCursor()
/** Quotes and books say their topic again. */
const topics = new KnownTopics(readTopic, (name) => `,"ch":"${name}"`)

/**
 * Says what a pushed frame says straight from its text, where quotes, trades and books have their members in the order in which the venue
 * writes them; its time comes before the tick or behind it.
 *
 *     {"ch":"market.BTC-USDT.bbo","ts":1790134831587,"tick":{"mrid":100129125618683,"id":1790134831,"bid":[86859.8,6172],
 *      "ask":[86859.9,817],"ts":1790134831586,"version":100129125618683,"ch":"market.BTC-USDT.bbo"}}
 *     {"ch":"market.BTC-USDT.trade.detail","ts":1616233478594,"tick":{"id":22419995164,"ts":1616233478583,"data":[
 *      {"amount":40,"quantity":0.04,"trade_turnover":2350.796,"ts":1616233478583,"id":224199951640000,"price":58769.9,"direction":"sell"}]}}
 *     {"ch":"market.BTC-USDT.depth.size_150.high_freq","ts":1790134831873,"tick":{"asks":[],"bids":[[86853.4,2]],
 *      "ch":"market.BTC-USDT.depth.size_150.high_freq","event":"update","id":2,"mrid":2,"ts":1790134831871,"version":1789895280798}}
 *
 * @returns false, having said nothing, for every other frame
 */
export function scanUsual(frame: string, facts: MarketFacts, memory: Memory): boolean {
  const isSaid = cursor.start(frame) && scan(frame, facts, memory)
  cursor.clear()
  clearTick()
  return isSaid
}

function scan(frame: string, facts: MarketFacts, memory: Memory): boolean {
  const topic = topics.of(frame)
  if (topic === undefined) return false
  const { symbol, kind, repeated, end } = topic
  cursor.at = end
  let messageTime = -1
  if (cursor.literal(TIME)) {
    messageTime = scanTime(cursor)
    if (messageTime < 0) return false
  }
  if (!cursor.literal(TICK)) return false
  if (kind === 'bbo') return scanQuote(symbol, repeated, messageTime, facts)
  if (kind === 'trade') return scanTrades(symbol, messageTime, facts)
  if (kind === 'book') return scanBook(symbol, repeated, messageTime, facts)
  cursor.at = scanTick(frame, cursor.at)
  if (cursor.at < 0) return false
  const time = timeAtEnd(messageTime)
  return time >= 0 && sayTick(topic, time as Micros, facts, memory)
}

/** When the frame was sent, where the tick is behind: it says so there if it did not before. -1 if that is not all that comes. */
function timeAtEnd(messageTime: number): number {
  let time = messageTime
  if (time < 0) {
    if (!cursor.literal(TIME)) return -1
    time = scanTime(cursor)
  }
  return cursor.character(CLOSE_BRACE) && cursor.isAtEnd ? time : -1
}

function scanQuote(symbol: string, repeated: AsciiLiteral, messageTime: number, facts: MarketFacts): boolean {
  if (!cursor.literal(FIRST_MRID) || !cursor.skipNumber()) return false
  if (!cursor.literal(ID) || !cursor.skipNumber()) return false
  if (!cursor.literal(BID_PAIR)) return false
  const bid = cursor.number()
  if (bid === undefined || !cursor.character(COMMA)) return false
  const bidAmount = cursor.number()
  if (bidAmount === undefined || !cursor.literal(ASK_PAIR)) return false
  const ask = cursor.number()
  if (ask === undefined || !cursor.character(COMMA)) return false
  const askAmount = cursor.number()
  if (askAmount === undefined || !cursor.literal(BEHIND_PAIR)) return false
  const time = scanTime(cursor)
  if (time < 0 || !cursor.literal(VERSION)) return false
  const version = cursor.whole()
  if (version < 0 || !cursor.literal(repeated) || !cursor.character(CLOSE_BRACE) || timeAtEnd(messageTime) < 0)
    return false
  facts.quote(symbol, bid as Price, bidAmount as Amount, ask as Price, askAmount as Amount, time as Micros, version)
  return true
}

function scanBook(symbol: string, repeated: AsciiLiteral, messageTime: number, facts: MarketFacts): boolean {
  if (!cursor.literal(FIRST_ASKS)) return false
  const areKept = cursor.text.length > LARGE_FRAME
  const asks = scanLevels(cursor, areKept)
  if (asks === undefined || !cursor.literal(BIDS)) return false
  const bids = scanLevels(cursor, areKept)
  if (bids === undefined) return false
  // Frames without their topic within the tick are read too.
  cursor.literal(repeated)
  if (!cursor.literal(EVENT)) return false
  const isUpdate = cursor.literal(UPDATE)
  if (!isUpdate && !cursor.literal(SNAPSHOT)) return false
  if (!cursor.literal(ID) || !cursor.skipNumber()) return false
  if (!cursor.literal(MRID) || !cursor.skipNumber()) return false
  if (!cursor.literal(TIME)) return false
  const time = scanTime(cursor)
  if (time < 0 || !cursor.literal(VERSION)) return false
  const version = cursor.whole()
  if (version < 0 || !cursor.character(CLOSE_BRACE) || timeAtEnd(messageTime) < 0) return false
  facts.book(symbol, {
    kind: isUpdate ? 'update' : 'snapshot',
    bids,
    asks,
    exchangeTime: time as Micros,
    first: version,
    last: version,
    previous: null,
  })
  return true
}

function scanTrades(symbol: string, messageTime: number, facts: MarketFacts): boolean {
  if (!cursor.literal(FIRST_ID) || !cursor.skipNumber()) return false
  if (!cursor.literal(TIME) || !cursor.skipNumber() || !cursor.literal(DATA)) return false
  const trades = scanTradeList(cursor, scanTrade)
  if (trades === undefined || !cursor.character(CLOSE_BRACE) || timeAtEnd(messageTime) < 0) return false
  sayTrades(symbol, trades, facts)
  return true
}

function scanTrade(): ScannedTrade | undefined {
  if (!cursor.literal(FIRST_AMOUNT)) return undefined
  const amount = scanOneSide()
  if (amount === undefined) return undefined
  if (!stepOverMeasures() || !cursor.literal(TIME)) return undefined
  const time = scanTime(cursor)
  if (time < 0 || !cursor.literal(ID)) return undefined
  const idAt = cursor.at
  // Up to nineteen digits: a text.
  if (!cursor.skipNumber()) return undefined
  const id = cursor.text.slice(idAt, cursor.at)
  if (!cursor.literal(PRICE)) return undefined
  const price = cursor.number()
  if (price === undefined || !cursor.literal(DIRECTION)) return undefined
  const isBuy = cursor.literal(BUY)
  if (!isBuy && !cursor.literal(SELL)) return undefined
  if (!stepOverMeasures() || !cursor.character(CLOSE_BRACE)) return undefined
  return { id, price: price as Price, amount: amount as Amount, side: isBuy ? 'buy' : 'sell', time: time as Micros }
}

/** Other measures of the amount, which frames of 2020 do not have: behind it or at the end. */
function stepOverMeasures(): boolean {
  const { text } = cursor
  // One character tells each of them from what else may come.
  if (text.charCodeAt(cursor.at + ',"'.length) === SMALL_Q) {
    if (!cursor.literal(QUANTITY) || !cursor.skipNumber()) return false
  }
  if (text.charCodeAt(cursor.at + ',"t'.length) !== SMALL_R) return true
  return cursor.literal(TURNOVER) && cursor.skipNumber()
}

/** Half of the number that comes next, mostly a whole one. */
function scanOneSide(): DecimalText | undefined {
  const from = cursor.at
  const whole = cursor.whole()
  if (whole >= 0 && cursor.text.charCodeAt(cursor.at) === COMMA) return oneSideOfWhole(whole)
  cursor.at = from
  const both = cursor.number()
  return both === undefined ? undefined : oneSideOf(both)
}

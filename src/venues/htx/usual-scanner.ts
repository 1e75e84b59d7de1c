import type { Amount, BookLevel, Micros, Price } from '../../market/index.ts'
import { AsciiCursor } from '../shared/ascii-cursor.ts'
import { AsciiLiteral } from '../shared/ascii-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { KnownTopics } from './known-topics.ts'
import { scanLevels } from './level-scanner.ts'
import { readTopic } from './topics.ts'
import { type ScannedTrade, sayTrades, scanTime, scanTradeList } from './wire-values.ts'

const CLOSE_BRACE = 125

// What stands before the values.
const AMOUNT = new AsciiLiteral(',"amount":')
const ASK = new AsciiLiteral(',"ask":')
const ASKS = new AsciiLiteral(',"asks":')
const ASK_SIZE = new AsciiLiteral(',"askSize":')
const BID = new AsciiLiteral(',"bid":')
const BIDS = new AsciiLiteral(',"bids":')
const BID_SIZE = new AsciiLiteral(',"bidSize":')
const BUY = new AsciiLiteral('buy"}')
const DATA = new AsciiLiteral(',"data":[')
const DIRECTION = new AsciiLiteral(',"direction":"')
const FIRST_ID = new AsciiLiteral('{"id":')
const PREVIOUS = new AsciiLiteral(',"prevSeqNum":')
const PRICE = new AsciiLiteral(',"price":')
const QUOTE_TIME = new AsciiLiteral(',"quoteTime":')
const SELL = new AsciiLiteral('sell"}')
const SEQUENCE = new AsciiLiteral('"seqNum":')
const SEQUENCE_ID = new AsciiLiteral('"seqId":')
const TICK = new AsciiLiteral(',"tick":{')
const TICK_ID = new AsciiLiteral('"id":')
const TIME = new AsciiLiteral(',"ts":')
const TRADE_ID = new AsciiLiteral(',"tradeId":')

const cursor = new AsciiCursor()
/** A quote ends with its symbol. */
const topics = new KnownTopics(readTopic, (_name, symbol) => `,"symbol":"${symbol}"}}`)

/**
 * Says a quote, trades or a change of a book whose members come in the order in which the venue mostly writes them: nearly all
 * that comes is such.
 *
 *     {"ch":"market.btcusdt.bbo","ts":1671941599613,"tick":{"seqId":161499562790,"ask":16829.51,"askSize":0.707776,"bid":16829.5,
 *      "bidSize":1.685945,"quoteTime":1671941599612,"symbol":"btcusdt"}}
 *     {"ch":"market.btcusdt.trade.detail","ts":1572911088789,"tick":{"id":100033171587,"ts":1572911088761,"data":[
 *      {"id":10003317158754670853281,"ts":1572911088761,"tradeId":100027416191,"amount":1569.86,"price":6.37e-8,"direction":"buy"}]}}
 *     {"ch":"market.btcusdt.mbp.400","ts":1593561600793,"tick":{"seqNum":109409288160,"prevSeqNum":109409288130,"asks":[[9138.6,0.010259]]}}
 *
 * @returns false, having said nothing, for every other frame
 */
export function scanUsual(frame: string, facts: MarketFacts): boolean {
  const isSaid = cursor.start(frame) && scan(frame, facts)
  cursor.clear()
  return isSaid
}

function scan(frame: string, facts: MarketFacts): boolean {
  const topic = topics.of(frame)
  if (topic === undefined) return false
  const { symbol, kind, repeated, end } = topic
  cursor.at = end
  if (!cursor.literal(TIME)) return false
  const messageTime = scanTime(cursor)
  if (messageTime < 0 || !cursor.literal(TICK)) return false
  if (kind === 'bbo') return scanQuote(symbol, repeated, facts)
  if (kind === 'mbp') return scanChange(symbol, messageTime as Micros, facts)
  return kind === 'trade' && scanTrades(symbol, facts)
}

function scanQuote(symbol: string, end: AsciiLiteral, facts: MarketFacts): boolean {
  if (!cursor.literal(SEQUENCE_ID)) return false
  const sequence = cursor.whole()
  if (sequence < 0 || !cursor.literal(ASK)) return false
  const ask = cursor.number()
  if (ask === undefined || !cursor.literal(ASK_SIZE)) return false
  const askSize = cursor.number()
  if (askSize === undefined || !cursor.literal(BID)) return false
  const bid = cursor.number()
  if (bid === undefined || !cursor.literal(BID_SIZE)) return false
  const bidSize = cursor.number()
  if (bidSize === undefined || !cursor.literal(QUOTE_TIME)) return false
  const quoted = scanTime(cursor)
  if (quoted < 0 || !cursor.literal(end) || !cursor.isAtEnd) return false
  facts.quote(symbol, bid as Price, bidSize as Amount, ask as Price, askSize as Amount, quoted as Micros, sequence)
  return true
}

function scanChange(symbol: string, exchangeTime: Micros, facts: MarketFacts): boolean {
  if (!cursor.literal(SEQUENCE)) return false
  const sequence = cursor.whole()
  if (sequence < 0 || !cursor.literal(PREVIOUS)) return false
  const previous = cursor.whole()
  if (previous < 0) return false
  // One side or both, either of them first.
  const hasBidsFirst = cursor.literal(BIDS)
  if (!hasBidsFirst && !cursor.literal(ASKS)) return false
  const first = scanLevels(cursor, false)
  if (first === undefined) return false
  let second: BookLevel[] | undefined = []
  if (cursor.literal(hasBidsFirst ? ASKS : BIDS)) second = scanLevels(cursor, false)
  if (second === undefined || !cursor.character(CLOSE_BRACE) || !cursor.character(CLOSE_BRACE) || !cursor.isAtEnd)
    return false
  const bids = hasBidsFirst ? first : second
  const asks = hasBidsFirst ? second : first
  facts.book(symbol, { kind: 'update', bids, asks, exchangeTime, first: sequence, last: sequence, previous })
  return true
}

function scanTrades(symbol: string, facts: MarketFacts): boolean {
  if (!cursor.literal(TICK_ID) || cursor.whole() < 0 || !cursor.literal(TIME)) return false
  if (cursor.whole() < 0 || !cursor.literal(DATA)) return false
  const trades = scanTradeList(cursor, scanTrade)
  if (trades === undefined || !cursor.character(CLOSE_BRACE) || !cursor.character(CLOSE_BRACE) || !cursor.isAtEnd)
    return false
  sayTrades(symbol, trades, facts)
  return true
}

function scanTrade(): ScannedTrade | undefined {
  // Up to 25 digits, and not used beside the other.
  if (!cursor.literal(FIRST_ID) || !cursor.skipNumber() || !cursor.literal(TIME)) return undefined
  const traded = scanTime(cursor)
  if (traded < 0 || !cursor.literal(TRADE_ID)) return undefined
  const idAt = cursor.at
  if (cursor.whole() < 0) return undefined
  const id = cursor.text.slice(idAt, cursor.at)
  if (!cursor.literal(AMOUNT)) return undefined
  const amount = cursor.number()
  if (amount === undefined || !cursor.literal(PRICE)) return undefined
  const price = cursor.number()
  if (price === undefined || !cursor.literal(DIRECTION)) return undefined
  const isBuy = cursor.literal(BUY)
  if (!isBuy && !cursor.literal(SELL)) return undefined
  const side = isBuy ? 'buy' : 'sell'
  return { id, price: price as Price, amount: amount as Amount, side, time: traded as Micros }
}

import type { Amount, BookLevel, Micros, Price } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { WireCursor } from '../shared/wire-cursor.ts'
import { KnownTopics } from './known-topics.ts'
import { scanLevels } from './level-scanner.ts'
import { readTopic } from './topics.ts'
import { type ScannedTrade, sayTrades, scanTime, scanTradeList, stepOverNumber } from './wire-values.ts'

const cursor = new WireCursor()
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
  cursor.start(frame)
  const isSaid = scan(frame, facts)
  cursor.clear()
  return isSaid
}

function scan(frame: string, facts: MarketFacts): boolean {
  const topic = topics.of(frame)
  if (topic === undefined) return false
  const { symbol, kind, repeated, end } = topic
  cursor.at = end
  if (!cursor.literal(',"ts":')) return false
  const messageTime = scanTime(cursor)
  if (messageTime < 0 || !cursor.literal(',"tick":{')) return false
  if (kind === 'bbo') return scanQuote(symbol, repeated, facts)
  if (kind === 'mbp') return scanChange(symbol, messageTime as Micros, facts)
  return kind === 'trade' && scanTrades(symbol, facts)
}

function scanQuote(symbol: string, end: string, facts: MarketFacts): boolean {
  if (!cursor.literal('"seqId":')) return false
  const sequence = cursor.whole()
  if (sequence < 0 || !cursor.literal(',"ask":')) return false
  const ask = cursor.number()
  if (ask === undefined || !cursor.literal(',"askSize":')) return false
  const askSize = cursor.number()
  if (askSize === undefined || !cursor.literal(',"bid":')) return false
  const bid = cursor.number()
  if (bid === undefined || !cursor.literal(',"bidSize":')) return false
  const bidSize = cursor.number()
  if (bidSize === undefined || !cursor.literal(',"quoteTime":')) return false
  const quoted = scanTime(cursor)
  if (quoted < 0 || !cursor.literal(end) || !cursor.isAtEnd) return false
  facts.quote(symbol, bid as Price, bidSize as Amount, ask as Price, askSize as Amount, quoted as Micros, sequence)
  return true
}

function scanChange(symbol: string, exchangeTime: Micros, facts: MarketFacts): boolean {
  if (!cursor.literal('"seqNum":')) return false
  const sequence = cursor.whole()
  if (sequence < 0 || !cursor.literal(',"prevSeqNum":')) return false
  const previous = cursor.whole()
  if (previous < 0) return false
  // One side or both, either of them first.
  const hasBidsFirst = cursor.literal(',"bids":')
  if (!hasBidsFirst && !cursor.literal(',"asks":')) return false
  const first = scanLevels(cursor, false)
  if (first === undefined) return false
  let second: BookLevel[] | undefined = []
  if (cursor.literal(hasBidsFirst ? ',"asks":' : ',"bids":')) second = scanLevels(cursor, false)
  if (second === undefined || !cursor.literal('}}') || !cursor.isAtEnd) return false
  const bids = hasBidsFirst ? first : second
  const asks = hasBidsFirst ? second : first
  facts.book(symbol, { kind: 'update', bids, asks, exchangeTime, first: sequence, last: sequence, previous })
  return true
}

function scanTrades(symbol: string, facts: MarketFacts): boolean {
  if (!cursor.literal('"id":') || cursor.whole() < 0 || !cursor.literal(',"ts":')) return false
  if (cursor.whole() < 0 || !cursor.literal(',"data":[')) return false
  const trades = scanTradeList(cursor, scanTrade)
  if (trades === undefined || !cursor.literal('}}') || !cursor.isAtEnd) return false
  sayTrades(symbol, trades, facts)
  return true
}

function scanTrade(): ScannedTrade | undefined {
  // Up to 25 digits, and not used beside the other.
  if (!cursor.literal('{"id":') || !stepOverNumber(cursor) || !cursor.literal(',"ts":')) return undefined
  const traded = scanTime(cursor)
  if (traded < 0 || !cursor.literal(',"tradeId":')) return undefined
  const idAt = cursor.at
  if (cursor.whole() < 0) return undefined
  const id = cursor.text.slice(idAt, cursor.at)
  if (!cursor.literal(',"amount":')) return undefined
  const amount = cursor.number()
  if (amount === undefined || !cursor.literal(',"price":')) return undefined
  const price = cursor.number()
  if (price === undefined || !cursor.literal(',"direction":"')) return undefined
  const isBuy = cursor.literal('buy"}')
  if (!isBuy && !cursor.literal('sell"}')) return undefined
  const side = isBuy ? 'buy' : 'sell'
  return { id, price: price as Price, amount: amount as Amount, side, time: traded as Micros }
}

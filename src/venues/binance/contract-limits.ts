import type { VenueLimits } from '../protocol.ts'

/**
 * "WebSocket connections have a limit of 10 incoming messages per second"; "A single connection can listen to a maximum of
 * 1024 streams"; "A single connection is only valid for 24 hours"; "The websocket server will send a ping frame every 3
 * minutes" (developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams, and the same of
 * coin-margined-futures, read 2026-11-22). `REQUEST_WEIGHT` of 2,400 a minute: `rateLimits` of exchangeInfo.
 */
export const CONTRACT_LIMITS: VenueLimits = {
  subscriptionsPerConnection: 1_024,
  // Not documented for contracts: that of spot.
  connectionsPerMinute: 60,
  // Replaced half an hour before the venue would cut it.
  connectionAgeMilliseconds: 23.5 * 3_600_000,
  messagesPerSecond: 8,
  frameBytes: 4 * 1_024 * 1_024,
  requestWeight: 2_400,
  requestWindowMilliseconds: 60_000,
  // A socket on which not even the pings of four minutes come is dead.
  idleMilliseconds: 240_000,
}

/** "5, 10, 20, 50: 2, 100: 5, 500: 10, 1000: 20" (Order Book). */
export const CONTRACT_BOOK_WEIGHTS = { snapshot: 20, probe: 2 }
/** Compressed Aggregate Trades List: 20. */
export const BUNDLES_WEIGHT = 20
/** Recent Trades List: 5. */
export const RECENT_WEIGHT = 5
/** Kline Candlestick Data: "[500, 1000]: 5". */
export const CANDLES_WEIGHT = 5

import type { VenueLimits } from '../protocol.ts'

// Rules quoted here are those of github.com/binance-us/binance-us-api-docs, as of its commit 6b62304 of 2024-06-17, read on
// 2026-11-22.

/**
 * "WebSocket connections have a limit of 5 incoming messages per second", PING and PONG frames among them; "A single
 * connection can listen to a maximum of 1024 streams"; "A single connection … is only valid for 24 hours"; "The websocket
 * server will send a ping frame every 3 minutes" (web-socket-streams.md). `REQUEST_WEIGHT` of 1,200 a minute (rest-api.md).
 */
export const US_LIMITS: VenueLimits = {
  subscriptionsPerConnection: 1_024,
  // Not documented: that of binance.com.
  connectionsPerMinute: 60,
  connectionAgeMilliseconds: 23.5 * 3_600_000,
  messagesPerSecond: 4,
  frameBytes: 4 * 1_024 * 1_024,
  requestWeight: 1_200,
  requestWindowMilliseconds: 60_000,
  // A socket on which not even the pings of four minutes come is dead.
  idleMilliseconds: 240_000,
}

/** "1-100: 1, 101-500: 5, 501-1000: 10" (rest-api.md, Order book). */
export const BOOK_WEIGHTS = { snapshot: 10, probe: 1 }
/** Compressed/Aggregate trades list: 1. */
export const BUNDLES_WEIGHT = 1
/** Recent trades list: 1. */
export const RECENT_WEIGHT = 1
/** Kline/Candlestick data: 1. */
export const CANDLES_WEIGHT = 1

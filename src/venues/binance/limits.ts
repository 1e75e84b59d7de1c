import type { VenueLimits } from '../protocol.ts'

// Rules quoted here and elsewhere in this folder are those of github.com/binance/binance-spot-api-docs, as of its commit
// a5e0bc3 of 2026-07-21, read on 2026-11-22.

/**
 * "WebSocket connections have a limit of 5 incoming messages per second", PING and PONG frames among them; "A single
 * connection can listen to a maximum of 1024 streams"; "There is a limit of 300 connections per attempt every 5 minutes
 * per IP"; "A single connection … is only valid for 24 hours"; "The WebSocket server will send a ping frame every 20
 * seconds" (web-socket-streams.md).
 */
export const LIMITS: VenueLimits = {
  subscriptionsPerConnection: 1_024,
  connectionsPerMinute: 60,
  // Replaced half an hour before the venue would cut it.
  connectionAgeMilliseconds: 23.5 * 3_600_000,
  // One of the five a second is left to the pongs.
  messagesPerSecond: 4,
  // The largest frame is a depth update of a violent 100 ms; it has been seen below 200 kB. REST bodies are not frames.
  frameBytes: 4 * 1_024 * 1_024,
  // "The REQUEST_WEIGHT rate limit … has been adjusted to 6,000 every minute" (CHANGELOG.md, 2023-08-25).
  requestWeight: 6_000,
  requestWindowMilliseconds: 60_000,
  // Pings come every 20 s, so a socket on which not even they come for 60 s is dead.
  idleMilliseconds: 60_000,
}

/** Streams named in one SUBSCRIBE message: keeps it below 4 kB. */
export const STREAMS_PER_MESSAGE = 100

/** Levels a side of a snapshot. More is not given, or would cost five times as much and so leave five times fewer books. */
export const SNAPSHOT_LEVELS = 1_000
/** Levels of the small book that only tells the newest update id. */
export const PROBE_LEVELS = 5
/** Weight of those two books: "1-100: 5, 101-500: 25, 501-1000: 50" (rest-api.md, Order book). */
export const BOOK_WEIGHTS = { snapshot: 50, probe: 5 }
/** "limit: Default: 500; Maximum: 1000" (rest-api.md, Old trade lookup); weight 25; its security type is NONE: no key. */
export const HISTORY_LIMIT = 1_000
export const HISTORY_WEIGHT = 25

import type { FaultChannel } from '../faults/fault-specification.ts'

export type StreamKind =
  | 'trade'
  | 'aggTrade'
  | 'bookTicker'
  | 'depth@100ms'
  | 'depth'
  | 'ticker'
  | 'kline_1m'
  | 'markPrice@1s'

/** What faults call the streams. */
export const STREAM_CHANNELS: Readonly<Record<StreamKind, FaultChannel>> = {
  trade: 'trade',
  aggTrade: 'trade',
  bookTicker: 'quote',
  'depth@100ms': 'book',
  depth: 'book',
  ticker: 'ticker',
  kline_1m: 'ticker',
  'markPrice@1s': 'ticker',
}

export function isStreamKind(text: string): text is StreamKind {
  return Object.hasOwn(STREAM_CHANNELS, text)
}

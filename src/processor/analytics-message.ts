import type { Micros } from '../market/index.ts'
import type { Candle } from '../store/index.ts'
import type { BookHealth, BookSnapshot } from './kept-book.ts'

/** What the processor publishes on the topic `analytics`, in the envelope of the tape. */
export type AnalyticsMessage =
  | { readonly messageType: 'candle'; readonly timestamp: Micros; readonly payload: Candle }
  | { readonly messageType: 'book-health'; readonly timestamp: Micros; readonly payload: BookHealth }
  | { readonly messageType: 'book-snapshot'; readonly timestamp: Micros; readonly payload: BookSnapshot }

/**
 * A record's value: one line a message. As on the tape, the payload begins with venue and instrument, so that a reader can
 * tell from the line's beginning whether it wants the rest.
 */
export function analyticsRecord(
  messageType: AnalyticsMessage['messageType'],
  timestamp: Micros,
  payloads: readonly AnalyticsMessage['payload'][],
): Uint8Array {
  let text = ''
  for (const payload of payloads) {
    text += `{"messageType":"${messageType}","timestamp":${timestamp},"payload":${JSON.stringify(payload)}}\n`
  }
  return Buffer.from(text)
}

/** The book of a record that this processor published; undefined if it is something else. */
export function parseSnapshot(value: Uint8Array): BookSnapshot | undefined {
  const line = Buffer.from(value).toString('utf8')
  const message = JSON.parse(line) as AnalyticsMessage
  return message.messageType === 'book-snapshot' ? message.payload : undefined
}

import type { MarketEvent } from './event.ts'

/**
 * One event as a line of the tape: `{"messageType","timestamp","payload"}`, without line end. The payload is the event
 * without its `messageType`; `timestamp` is its receive time in microseconds.
 */
export function encodeEvent(event: MarketEvent): string {
  const { messageType, ...payload } = event
  return `{"messageType":"${messageType}","timestamp":${event.receiveTime},"payload":${JSON.stringify(payload)}}`
}

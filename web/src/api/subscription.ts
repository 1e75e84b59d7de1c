import type { StreamEvent, Subscribe } from '../../../src/gateway/schemas/index.ts'

/** What is wanted of the stream; the client gives it its id. */
export type Wish = Omit<Subscribe, 'op' | 'id'>

export interface StreamHandler {
  /** One message. `replay` is true for the messages of the snapshot that a subscription begins with. */
  message(event: StreamEvent, replay: boolean): void
  /** The snapshot is complete: what follows is live. */
  ready?(): void
  /** The connection is gone. What is shown is old until `ready` is called again. */
  lost?(): void
  /** The gateway refused the subscription. */
  refused?(detail: string): void
}

/** Whether a name fits a pattern in which `*` stands for any text. */
export function matchesPattern(pattern: string, name: string): boolean {
  if (pattern === '*' || pattern === name) return true
  if (!pattern.includes('*')) return false
  const parts = pattern.split('*')
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at)
    if (found < 0 || found + part.length > name.length - last.length) return false
    at = found + part.length
  }
  return true
}

/** Whether a message of a batch belongs to a subscription: batches do not name the subscriptions that they serve. */
export function matchesWish(wish: Wish, event: StreamEvent): boolean {
  if (wish.channel !== event.messageType) return false
  const payload = event.payload
  if (!matchesPattern(wish.venue, payload.venue)) return false
  if ('instrument' in payload && !matchesPattern(wish.instrument ?? '*', payload.instrument)) return false
  if (event.messageType === 'candle') return wish.interval === undefined || wish.interval === event.payload.interval
  if (event.messageType === 'book') return wish.depth === event.payload.depth
  return true
}

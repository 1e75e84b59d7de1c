/** What the load source is told. */
export type SourceOrder = { readonly kind: 'rate'; readonly perSecond: number } | { readonly kind: 'report' }

export type SourceReport =
  | { readonly kind: 'listening'; readonly port: number; readonly bytes: number }
  | { readonly kind: 'sent'; readonly frames: number; readonly waiting: number }

/** What a client process is started with. */
export interface ClientOrder {
  readonly url: string
  /** Sent as soon as the socket is open. */
  readonly messages: readonly string[]
  /** `parse`: JSON.parse of every frame. `count`: counts events in batches and takes their age. */
  readonly work: 'parse' | 'count'
}

/** What a client has got since the last report. */
export interface ClientReport {
  readonly events: number
  readonly bytes: number
  /** Messages that the gateway said it replaced by newer ones. */
  readonly conflated: number
  readonly closed: string | null
  /** Ages in microseconds, receive time to client: p50, p99, p99.9, largest; of the events since the last report. */
  readonly ages: readonly [number, number, number, number]
}

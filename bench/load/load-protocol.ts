/** What the load source is told. */
export type SourceOrder = { readonly kind: 'rate'; readonly perSecond: number } | { readonly kind: 'report' }

export type SourceReport =
  | { readonly kind: 'listening'; readonly port: number; readonly bytes: number }
  | { readonly kind: 'sent'; readonly frames: number; readonly waiting: number }

/** What a process of clients is started with. */
export interface ClientOrder {
  readonly url: string
  /** One list a connection: sent as soon as its socket is open. */
  readonly connections: readonly (readonly string[])[]
  /** `parse`: JSON.parse of every frame. `count`: counts events in batches and takes their age. */
  readonly work: 'parse' | 'count'
}

/** What the clients of a process have got since the last report. */
export interface ClientReport {
  /** Connections that are open now. */
  readonly open: number
  readonly events: number
  readonly bytes: number
  /** Messages that the gateway said it replaced by newer ones. */
  readonly conflated: number
  /** Why a connection ended, if one did. */
  readonly closed: string | null
  /** Ages in microseconds, receive time to client: p50, p99, p99.9, largest; of the events since the last report. */
  readonly ages: readonly [number, number, number, number]
}

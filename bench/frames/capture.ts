/** One thing that was said on a connection, or an HTTP body that came; in order. */
export interface CaptureRecord {
  /** Microseconds. */
  readonly time: number
  readonly kind: 'http' | 'ws'
  readonly direction: 'open' | 'out' | 'in'
  readonly connection: string
  readonly url: string
  readonly text: string
}

/** A session with an exchange, and from where on it is steady: every book has its snapshot. */
export interface Capture {
  readonly venue: string
  /** What the table calls it. */
  readonly name: string
  readonly source: 'recording' | 'simulator'
  readonly date: Date
  /** Connecting, subscribing, snapshots: played before the clock starts. */
  readonly prelude: readonly CaptureRecord[]
  /** Frames to be timed. */
  readonly frames: readonly CaptureRecord[]
  /** Frames among them that our protocol refuses, taken out. */
  readonly leftOut?: number
}

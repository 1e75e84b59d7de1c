import type { AuditField, DecimalText, Micros, TradeEvent } from '../../market/index.ts'

/** Two values that are not the same. */
export interface Difference {
  readonly field: AuditField
  readonly ours: DecimalText
  readonly theirs: DecimalText
}

/** What an instrument's comparison came to. */
export interface Findings {
  readonly differences: readonly Difference[]
  /** The moment that is compared: start of the candle, time of the ticker. */
  readonly of: Micros
  readonly exchangeTime: Micros | null
  readonly evidence: string
}

/** A trade and its place on the tape. */
export interface PlacedTrade {
  readonly trade: TradeEvent
  readonly position: number
  readonly index: number
}

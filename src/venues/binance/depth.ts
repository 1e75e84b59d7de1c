import type { BookLevel, Micros } from '../../market/index.ts'

/** One `depthUpdate`. */
export interface DepthChange {
  /** `U`: first update id. */
  readonly first: number
  /** `u`: final update id. */
  readonly last: number
  /** `pu`: final update id of the change before it; -1 where the market does not say it. */
  readonly previous: number
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
  readonly exchangeTime: Micros | null
  readonly receiveTime: Micros
}

/** One body of `depth`. */
export interface DepthSnapshot {
  readonly lastUpdateId: number
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

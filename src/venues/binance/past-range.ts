import type { PastRange } from '../protocol.ts'

const MICROS_PER_MILLISECOND = 1_000
/** In microseconds. */
export const MINUTE = 60_000_000

/** A time as the venue wants it. */
export function milliseconds(at: number): number {
  return Math.floor(at / MICROS_PER_MILLISECOND)
}

/** The last millisecond before a time: ends are included by the venue. */
export function lastMillisecond(at: number): number {
  return Math.ceil(at / MICROS_PER_MILLISECOND) - 1
}

export function symbolOf({ instrument }: PastRange): string {
  return encodeURIComponent(instrument.symbol)
}

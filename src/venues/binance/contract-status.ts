import type { InstrumentStatus } from '../../market/index.ts'

/** "Contract status (contractStatus, status)" (common-definition, read 2026-11-22). */
const STATUS: Readonly<Record<string, InstrumentStatus>> = {
  TRADING: 'trading',
  PENDING_TRADING: 'halted',
  PRE_DELIVERING: 'halted',
  DELIVERING: 'halted',
  PRE_SETTLE: 'halted',
  SETTLING: 'halted',
  DELIVERED: 'delisted',
  CLOSE: 'delisted',
}

/** Whether a contract trades, by the venue's word for it. */
export function contractStatus(venueStatus: string): InstrumentStatus {
  return STATUS[venueStatus] ?? 'unknown'
}

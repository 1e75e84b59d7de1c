import { type Micros, now } from '../../market/index.ts'
import type { Order } from '../../store/index.ts'
import { GatewayError } from '../gateway-error.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { optionalTimeInput } from './time-input.ts'

/** A range that ended this long ago changes only by late repairs: answers may be kept for a short while. */
const SETTLED_MICROS = 120_000_000

/** What a client asks of a stretch of time, as it came. */
export interface RangeQuery {
  readonly from?: string
  readonly to?: string
  readonly limit: number
  readonly cursor?: string
  readonly order?: 'asc' | 'desc'
}

/** The same, checked. */
export interface Range {
  readonly from: Micros | undefined
  readonly to: Micros | undefined
  readonly limit: number
  readonly cursor: string | undefined
  readonly order: Order
}

/** @throws GatewayError GATEWAY_TIME_INVALID, GATEWAY_RANGE_INVALID, GATEWAY_CURSOR_INVALID */
export function rangeOf(question: string, query: RangeQuery): Range {
  const from = optionalTimeInput('from', query.from) ?? undefined
  const to = optionalTimeInput('to', query.to) ?? undefined
  if (from !== undefined && to !== undefined && from >= to) {
    throw new GatewayError('GATEWAY_RANGE_INVALID', `\`from\` (${from}) is not before \`to\` (${to})`)
  }
  const order = query.order ?? (from === undefined ? 'desc' : 'asc')
  return {
    from,
    to,
    limit: query.limit,
    cursor: query.cursor === undefined ? undefined : openCursor(question, query.cursor),
    order: order === 'asc' ? 'oldest-first' : 'newest-first',
  }
}

/** Everything that is asked but for the place in it: a cursor is good for this only. */
export function questionOf(route: string, query: object): string {
  const { cursor: _cursor, limit: _limit, format: _format, ...asked } = { cursor: '', limit: 0, format: '', ...query }
  return `${route} ${JSON.stringify(asked)}`
}

/** The store's own cursor, tied to the question. */
export function sealCursor(question: string, cursor: string | null): string | null {
  return cursor === null ? null : encodeCursor(question, [cursor])
}

function openCursor(question: string, cursor: string): string {
  return String(decodeCursor(question, cursor, ['string'])[0])
}

/** Whether a range ended so long ago that its answer may be kept for a while. */
export function isSettled({ to }: Range): boolean {
  return to !== undefined && to < now() - SETTLED_MICROS
}

import type { Micros } from '../../market/index.ts'
import { isTextObject, parseJsonText, type TextValue } from '../shared/json-text.ts'
import { timeOrNull } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

interface RestResult {
  readonly list: readonly TextValue[]
  /** When the venue answered. */
  readonly time: Micros | null
}

/** The list of a v5 answer. @throws VenueError VENUE_ANSWER_INVALID if there is none. */
export function resultOf(body: string): RestResult {
  let root: TextValue
  try {
    root = parseJsonText(body)
  } catch (error) {
    throw new VenueError('VENUE_ANSWER_INVALID', 'bybit: the answer is not JSON', { cause: error })
  }
  if (!isTextObject(root)) throw new VenueError('VENUE_ANSWER_INVALID', 'bybit: the answer is no object')
  if (root.retCode !== '0') {
    throw new VenueError(
      'VENUE_ANSWER_INVALID',
      `bybit: error ${String(root.retCode)}: ${String(root.retMsg).slice(0, 120)}`,
    )
  }
  if (!isTextObject(root.result) || !Array.isArray(root.result.list)) {
    throw new VenueError('VENUE_ANSWER_INVALID', 'bybit: the answer has no list')
  }
  return { list: root.result.list, time: timeOrNull(root, 'time') }
}

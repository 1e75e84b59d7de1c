import type { Amount, BookLevel, Price } from '../../market/index.ts'
import type { WireCursor } from '../shared/wire-cursor.ts'

const COMMA = 44
const OPEN = 91
const CLOSE = 93

/** Walks over a list of levels, `[["0.0024","10"],…]`; undefined if it is not written so. */
export function readLevels(cursor: WireCursor): BookLevel[] | undefined {
  if (!cursor.character(OPEN)) return undefined
  const levels: BookLevel[] = []
  if (cursor.character(CLOSE)) return levels
  for (;;) {
    if (!cursor.character(OPEN)) return undefined
    const at = cursor.quotedDecimal() as Price | undefined
    if (at === undefined || !cursor.character(COMMA)) return undefined
    const size = cursor.quotedDecimal() as Amount | undefined
    if (size === undefined || !cursor.character(CLOSE)) return undefined
    levels.push([at, size])
    if (cursor.character(COMMA)) continue
    return cursor.character(CLOSE) ? levels : undefined
  }
}

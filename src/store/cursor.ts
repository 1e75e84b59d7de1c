import { StoreError } from './store-error.ts'

/** A page's place: the key of the last item before it. Digits are text where a number would not be exact. */
export type CursorKey = readonly (string | number)[]

/** A key as opaque text. */
export function encodeCursor(key: CursorKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/**
 * Reads a cursor back. @param kinds what each part must be: `number` a safe whole number, `digits` a whole number as text.
 * @throws StoreError STORE_CURSOR_INVALID
 */
export function decodeCursor(cursor: string, kinds: readonly ('number' | 'digits' | 'text')[]): CursorKey {
  let key: unknown
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch (cause) {
    throw invalid(cause)
  }
  if (!Array.isArray(key) || key.length !== kinds.length) throw invalid()
  return kinds.map((kind, index): string | number => {
    const part: unknown = key[index]
    if (kind === 'number' && typeof part === 'number' && Number.isSafeInteger(part)) return part
    if (kind === 'digits' && typeof part === 'string' && /^\d{1,20}$/.test(part)) return part
    if (kind === 'text' && typeof part === 'string') return part
    throw invalid()
  })
}

function invalid(cause?: unknown): StoreError {
  return new StoreError('STORE_CURSOR_INVALID', 'the cursor is not one that this query gave; start without a cursor', {
    cause,
  })
}

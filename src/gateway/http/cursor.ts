import { GatewayError } from '../gateway-error.ts'

/** Longest cursor that is looked at. */
export const MAXIMUM_CURSOR_LENGTH = 512

/** One part of a keyset: a text, or a whole number. */
export type CursorPart = string | number

/**
 * The place after which a page continues, as opaque text. `purpose` ties it to the route and the parameters it was made
 * for, so that a cursor of another question is refused and does not skip rows silently.
 */
export function encodeCursor(purpose: string, parts: readonly CursorPart[]): string {
  return Buffer.from(JSON.stringify([fingerprint(purpose), ...parts]), 'utf8').toString('base64url')
}

/**
 * The parts of a cursor, checked: as many as `shape` has, each of its kind.
 * @throws GatewayError GATEWAY_CURSOR_INVALID
 */
export function decodeCursor(
  purpose: string,
  cursor: string,
  shape: readonly ('string' | 'number')[],
): readonly CursorPart[] {
  const parts = parse(cursor)
  if (parts === undefined || parts.length !== shape.length + 1) throw invalid('it was not made by this gateway')
  if (parts[0] !== fingerprint(purpose)) throw invalid('it belongs to another question')
  const found: CursorPart[] = []
  for (const [index, kind] of shape.entries()) {
    const part: unknown = parts[index + 1]
    if (kind === 'string' && typeof part === 'string') found.push(part)
    else if (kind === 'number' && typeof part === 'number' && Number.isSafeInteger(part)) found.push(part)
    else throw invalid('it was not made by this gateway')
  }
  return found
}

function parse(cursor: string): readonly unknown[] | undefined {
  if (cursor.length > MAXIMUM_CURSOR_LENGTH || !/^[\w-]+$/.test(cursor)) return undefined
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(parts) ? parts : undefined
  } catch {
    // Not JSON: the caller says what that means.
    return undefined
  }
}

/** FNV-1a, 32 bits: tells questions apart; it is no protection and need not be one. */
function fingerprint(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0
  }
  return hash
}

function invalid(reason: string): GatewayError {
  return new GatewayError('GATEWAY_CURSOR_INVALID', `The cursor cannot be used: ${reason}`)
}

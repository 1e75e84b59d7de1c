import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { type Product, productOf, symbolOf } from './symbols.ts'

/** What a frame is of: `channel` and `instId` of v1 and v2, `topic` and `symbol` of v3. */
export interface FrameArgument {
  readonly product: Product
  readonly channel: string
  /** Name within the product; undefined where it is of the whole product. */
  readonly name: string | undefined
  readonly symbol: string
  /** `spot` and `mc` are of v1, `topic` is of v3. */
  readonly version: 1 | 2 | 3
}

export interface Frame {
  readonly argument: FrameArgument | undefined
  readonly event: string | undefined
  readonly code: string
  readonly message: string
  readonly action: TextValue | undefined
  readonly rows: readonly TextValue[] | undefined
  /** When it was sent, as text of milliseconds. */
  readonly sentAt: string | undefined
}

/**
 * Reads the envelope of a frame of any version. Numbers stay the text that was on the wire.
 * @throws VenueError VENUE_TEXT_INVALID if it is not JSON
 */
export function readFrame(text: string): Frame | undefined {
  const root = parseJsonText(text)
  if (!isTextObject(root)) return undefined
  return {
    argument: argumentOf(root.arg),
    event: textIn(root, 'event'),
    code: textIn(root, 'code') ?? '',
    message: textIn(root, 'msg') ?? '',
    action: root.action,
    rows: Array.isArray(root.data) ? root.data : undefined,
    sentAt: textIn(root, 'ts'),
  }
}

/** Reads an argument of a subscription, or of a frame; undefined if it is of no known product. */
export function argumentOf(value: TextValue | undefined): FrameArgument | undefined {
  if (!isTextObject(value)) return undefined
  const product = productOf(textIn(value, 'instType') ?? '')
  const topic = textIn(value, 'topic')
  const channel = topic ?? textIn(value, 'channel')
  if (product === undefined || channel === undefined) return undefined
  const name = textIn(value, topic === undefined ? 'instId' : 'symbol')
  const version = topic !== undefined ? 3 : product === 'sp' || product === 'mc' ? 1 : 2
  return { product, channel, name, symbol: symbolOf(product, name ?? ''), version }
}

function textIn(object: TextObject, name: string): string | undefined {
  const value = object[name]
  return typeof value === 'string' ? value : undefined
}

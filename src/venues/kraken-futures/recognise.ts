import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { channelsOfFeed } from './words.ts'

/** What every instrument can have. */
export const ALL_CHANNELS: readonly Channel[] = [
  'trade',
  'quote',
  'book',
  'ticker',
  'candle',
  'funding',
  'mark-price',
  'open-interest',
  'liquidation',
  'status',
]

/** What comes over the socket. */
const STREAMED = ALL_CHANNELS.filter((channel) => channel !== 'candle')

/** What a recorded connection carries: by the subscriptions that were sent, or else by the frames that came. */
export function recogniseKrakenFutures(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const root = direction === 'open' ? undefined : parsed(text)
  if (root === undefined || (direction === 'out' && root.event !== 'subscribe')) return undefined
  const known = new Map(instruments.map((instrument) => [instrument.symbol as string, instrument]))
  const named = symbolsOf(root).flatMap((symbol) => known.get(symbol) ?? instrumentFromSymbol(symbol) ?? [])
  if (named.length === 0) return undefined
  // Where only frames were recorded, what is subscribed is not known: everything of everything.
  const isAll = direction === 'in'
  const all = new Map([...(isAll ? instruments : []), ...named].map((instrument) => [instrument.symbol, instrument]))
  const channels = isAll ? STREAMED : (channelsOfFeed(String(root.feed)) ?? [])
  const subscriptions = [...all.values()].flatMap((instrument) =>
    channels.filter((channel) => isPossible(instrument, channel)).map((channel) => ({ instrument, channel })),
  )
  return subscriptions.length === 0 ? undefined : { plan: { name: 'capture', path: '', subscriptions } }
}

/** Only perpetuals have funding. */
export function isPossible({ kind }: Instrument, channel: Channel): boolean {
  return channel !== 'funding' || kind === 'perpetual'
}

function symbolsOf(root: TextObject): string[] {
  const listed: readonly TextValue[] = Array.isArray(root.product_ids) ? root.product_ids : [root.product_id ?? null]
  return listed.filter((symbol) => typeof symbol === 'string')
}

function parsed(text: string): TextObject | undefined {
  try {
    const root = parseJsonText(text)
    return isTextObject(root) ? root : undefined
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
}

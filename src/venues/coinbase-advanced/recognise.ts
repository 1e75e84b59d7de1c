import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { instrumentFromId } from './instruments.ts'

/** The plan of a recorded connection; a session tells by it that what it carries is found frame by frame. */
export const CAPTURE = 'capture'

/** What is read from a capture. Quotes are no channel of the venue, so a capture has none. */
const CAPTURED: readonly Channel[] = ['trade', 'book', 'ticker', 'status']
/** Of what a subscription named, where it was recorded. */
const SUBSCRIBED: ReadonlyMap<string, readonly Channel[]> = new Map<string, readonly Channel[]>([
  ['level2', ['book']],
  ['market_trades', ['trade']],
  ['ticker', ['ticker']],
  ['ticker_batch', ['ticker']],
  ['status', ['status']],
])
const CHANNELS: ReadonlySet<string> = new Set([
  'l2_data',
  'level2',
  'market_trades',
  'ticker',
  'ticker_batch',
  'candles',
  'status',
  'subscriptions',
])

/** What a recorded connection carries: the products that it subscribed to, or that its frames name. */
export function recogniseAdvanced(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : parsed(text)
  if (frame === undefined || typeof frame.channel !== 'string' || !CHANNELS.has(frame.channel)) return undefined
  if (direction === 'out' && frame.type !== 'subscribe') return undefined
  const channels = direction === 'out' ? (SUBSCRIBED.get(frame.channel) ?? []) : CAPTURED
  const found: Instrument[] = []
  for (const id of new Set(productsIn(frame))) {
    const instrument = instruments.find(({ symbol }) => symbol === id) ?? instrumentFromId(id)
    if (instrument !== undefined) found.push(instrument)
  }
  if (found.length === 0 || channels.length === 0) return undefined
  const subscriptions = found.flatMap((instrument) => channels.map((channel) => ({ instrument, channel })))
  return { plan: { name: CAPTURE, path: '', subscriptions } }
}

/** Every product that a frame names, wherever it does. */
function productsIn(value: TextValue | undefined): string[] {
  if (Array.isArray(value)) return (value as readonly TextValue[]).flatMap(productsIn)
  if (!isTextObject(value)) return []
  const named = typeof value.product_id === 'string' ? [value.product_id] : []
  const listed = [value.product_ids, ...(isTextObject(value.subscriptions) ? Object.values(value.subscriptions) : [])]
  const ids = listed.flatMap((list) => (Array.isArray(list) ? (list as readonly TextValue[]) : []))
  const { events, trades, tickers, candles } = value
  return [
    ...named,
    ...ids.filter((id): id is string => typeof id === 'string' && id.includes('-')),
    ...[events, trades, tickers, candles].flatMap(productsIn),
  ]
}

function parsed(text: string): TextObject | undefined {
  try {
    const value = parseJsonText(text)
    return isTextObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
}

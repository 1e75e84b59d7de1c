import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession, Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { instrumentFromCoin } from './coin.ts'
import { channelsOfType } from './words.ts'

const SPOT: readonly Channel[] = ['trade', 'quote', 'book', 'ticker', 'candle']
const PERPETUAL: readonly Channel[] = [...SPOT, 'funding', 'mark-price', 'open-interest']

/** What an instrument has. */
export function channelsOf({ kind }: Instrument): readonly Channel[] {
  return kind === 'spot' ? SPOT : PERPETUAL
}

/** What a recorded connection carries: by the subscriptions that were sent, or else by the frames that came. */
export function recogniseHyperliquid(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const root = direction === 'open' ? undefined : parsed(text)
  if (root === undefined) return undefined
  const known = new Map(instruments.map((instrument) => [instrument.symbol as string, instrument]))
  const subscriptions = direction === 'out' ? ofRequest(root, known) : ofFrame(root, known)
  return subscriptions.length === 0 ? undefined : { plan: { name: 'capture', path: '', subscriptions } }
}

function ofRequest(root: TextObject, known: ReadonlyMap<string, Instrument>): Subscription[] {
  const { method, subscription } = root
  if (method !== 'subscribe' || !isTextObject(subscription) || typeof subscription.coin !== 'string') return []
  const instrument = known.get(subscription.coin) ?? instrumentFromCoin(subscription.coin)
  if (instrument === undefined) return []
  const said = channelsOfType(String(subscription.type)) ?? []
  return said.filter((channel) => channelsOf(instrument).includes(channel)).map((channel) => ({ instrument, channel }))
}

/** What is subscribed is not known: everything of everything. */
function ofFrame(root: TextObject, known: ReadonlyMap<string, Instrument>): Subscription[] {
  const named = coinsOf(root).flatMap((coin) => known.get(coin) ?? instrumentFromCoin(coin) ?? [])
  if (named.length === 0) return []
  const all = new Map([...known.values(), ...named].map((instrument) => [instrument.symbol, instrument]))
  return [...all.values()].flatMap((instrument) => channelsOf(instrument).map((channel) => ({ instrument, channel })))
}

function coinsOf({ channel, data }: TextObject): string[] {
  const rows: readonly TextValue[] = Array.isArray(data) ? data : [data ?? null]
  return rows.flatMap((row) => {
    if (!isTextObject(row)) return []
    const inner = channel === 'subscriptionResponse' && isTextObject(row.subscription) ? row.subscription : row
    const coin = inner.coin ?? inner.s
    return typeof coin === 'string' ? [coin] : []
  })
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

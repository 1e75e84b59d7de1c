import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession, Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { instrumentFromCode } from './instruments.ts'
import { channelsOfType } from './words.ts'

const ALL: readonly Channel[] = ['trade', 'quote', 'book', 'ticker', 'candle', 'status']

/** What a recorded connection carries: by the subscriptions that were sent, or else by the frames that came. */
export function recogniseUpbit(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : parsed(text)
  const objects = (Array.isArray(frame) ? frame : [frame]).filter((one): one is TextObject => isTextObject(one))
  const known = new Map(instruments.map((instrument) => [instrument.symbol as string, instrument]))
  const subscriptions: Subscription[] = []
  const add = (code: string, channels: readonly Channel[]) => {
    const instrument = known.get(code) ?? instrumentFromCode(code, 'unknown')
    if (instrument !== undefined) for (const channel of channels) subscriptions.push({ instrument, channel })
  }
  for (const object of objects) {
    const type = object.ty ?? object.type
    if (typeof type !== 'string') continue
    if (direction === 'out') {
      // A code may say how many levels are wanted: `KRW-BTC.5`.
      for (const code of textsOf(object.codes)) add(code.replace(/\.\d+$/, ''), channelsOfType(type))
    } else {
      const code = object.cd ?? object.code
      if (typeof code !== 'string' || channelsOfType(type).length === 0) continue
      for (const instrument of instruments) add(instrument.symbol, ALL)
      add(code, ALL)
    }
  }
  return subscriptions.length === 0 ? undefined : { plan: { name: 'capture', path: '', subscriptions } }
}

function textsOf(value: TextValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : []
}

function parsed(text: string): TextValue | undefined {
  try {
    return parseJsonText(text)
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
}

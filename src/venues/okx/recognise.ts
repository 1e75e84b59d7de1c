import type { Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession, Subscription } from '../protocol.ts'
import { channelOf, channelsOfInstrument } from './channels.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { membersOf, parsed } from './json.ts'
import { familyOf, indexOf, readSymbol } from './symbols.ts'

/** What a recorded connection carries: by the subscriptions that were sent, or else everything of what its frames name. */
export function recogniseOkx(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : membersOf(parsed(text))
  if (frame === undefined) return undefined
  const known = new Map(instruments.map((instrument) => [instrument.symbol as string, instrument]))
  const subscriptions = direction === 'out' ? subscribed(frame, known) : received(frame, known)
  return subscriptions.length === 0 ? undefined : { plan: { name: 'capture', path: '', subscriptions } }
}

type Known = ReadonlyMap<string, Instrument>

function subscribed(frame: Readonly<Record<string, unknown>>, known: Known): Subscription[] {
  if (frame.op !== 'subscribe' || !Array.isArray(frame.args)) return []
  return frame.args.flatMap((argument) => ofArgument(argument, known))
}

/** What one argument stands for, the instruments that it does not name included. */
function ofArgument(argument: unknown, known: Known): Subscription[] {
  const { channel: wireChannel, instId, instType, instFamily } = membersOf(argument) ?? {}
  const channel = typeof wireChannel === 'string' ? channelOf(wireChannel) : undefined
  if (channel === undefined) return []
  if (wireChannel === 'index-tickers') {
    const isOnIndex = (one: Instrument) => one.kind !== 'spot' && indexOf(one) === instId
    return [...known.values()].filter(isOnIndex).map((instrument) => ({ instrument, channel }))
  }
  if (typeof instId === 'string') {
    const instrument = known.get(instId) ?? instrumentFromSymbol(instId)
    return instrument === undefined ? [] : [{ instrument, channel }]
  }
  const isMeant = (symbol: string) =>
    instType === undefined ? familyOf(symbol) === instFamily : readSymbol(symbol)?.type === instType
  return [...known.values()].filter(({ symbol }) => isMeant(symbol)).map((instrument) => ({ instrument, channel }))
}

/** A frame names its instrument in its argument, or in its rows. */
function received(frame: Readonly<Record<string, unknown>>, known: Known): Subscription[] {
  const argument = membersOf(frame.arg)
  if (typeof argument?.channel !== 'string' || channelOf(argument.channel) === undefined) return []
  if (argument.channel === 'index-tickers') return []
  const rows = Array.isArray(frame.data) ? frame.data : []
  const symbols = new Set([argument.instId, ...rows.map((row) => membersOf(row)?.instId)])
  const found: Subscription[] = []
  for (const symbol of symbols) {
    if (typeof symbol !== 'string') continue
    const instrument = known.get(symbol) ?? instrumentFromSymbol(symbol)
    if (instrument !== undefined)
      for (const channel of channelsOfInstrument(instrument)) found.push({ instrument, channel })
  }
  return found
}

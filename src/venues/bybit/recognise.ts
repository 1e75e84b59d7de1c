import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { type Category, categoryOf, categoryOfName, categoryOfPath, symbolOf } from './category.ts'
import { instrumentFromName } from './instrument-name.ts'
import { channelsOfCategory, meaningOf } from './topics.ts'

/** The dialect of the sockets before v5. */
export const RETIRED = 'realtime'

interface Found {
  readonly category: Category
  readonly isRetired: boolean
  readonly named: ReadonlyArray<{ readonly name: string; readonly channels: readonly Channel[] }>
  /** Every instrument of the market is meant too: the subscriptions were not recorded. */
  readonly isForAll: boolean
}

/** What a recorded connection carries: by the subscriptions that were sent, or else by the frames that came. */
export function recogniseBybit(
  { url, direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : parsed(text)
  if (frame === undefined) return undefined
  const found = direction === 'out' ? ofSubscription(frame, url) : ofFrame(frame, url)
  if (found === undefined) return undefined
  const known = new Map(instruments.map((instrument) => [instrument.symbol as string, instrument]))
  const { category, isRetired } = found
  const wanted = new Map<Instrument, Set<Channel>>()
  if (found.isForAll) {
    for (const instrument of instruments) {
      if (categoryOf(instrument) === category) wanted.set(instrument, streamed(category, isRetired))
    }
  }
  for (const { name, channels } of found.named) {
    const instrument = known.get(symbolOf(category, name)) ?? instrumentFromName(category, name)
    if (instrument === undefined) continue
    const all = wanted.get(instrument) ?? new Set()
    for (const channel of found.isForAll ? streamed(category, isRetired) : channels) all.add(channel)
    wanted.set(instrument, all)
  }
  if (wanted.size === 0) return undefined
  const subscriptions = [...wanted].flatMap(([instrument, channels]) =>
    [...channels].map((channel) => ({ instrument, channel })),
  )
  const path = isRetired ? RETIRED_PATHS[category] : `/v5/public/${category}`
  const plan = { name: 'capture', path, subscriptions }
  return isRetired ? { plan, dialect: RETIRED } : { plan }
}

const RETIRED_PATHS: Readonly<Record<Category, string>> = {
  spot: '/spot',
  linear: '/realtime_public',
  inverse: '/realtime',
}

/** Status is not on the socket. */
function streamed(category: Category, isRetired: boolean): Set<Channel> {
  const channels = channelsOfCategory(category, true).filter((channel) => channel !== 'status')
  return new Set(isRetired ? channels.filter((channel) => channel !== 'quote') : channels)
}

function ofSubscription(frame: TextObject, url: string): Found | undefined {
  if (frame.op !== 'subscribe' || !Array.isArray(frame.args)) return undefined
  const meanings = frame.args.flatMap((topic: TextValue) => {
    const meaning = typeof topic === 'string' ? meaningOf(topic) : undefined
    return meaning === undefined ? [] : [meaning]
  })
  const first = meanings[0]
  if (first === undefined) return undefined
  const category = categoryOfPath(url) ?? categoryOfName(first.name)
  return { category, isRetired: isOld(first.isRetired, url), named: meanings, isForAll: false }
}

function ofFrame(frame: TextObject, url: string): Found | undefined {
  const meaning = typeof frame.topic === 'string' ? meaningOf(frame.topic) : undefined
  if (meaning === undefined) return undefined
  const category = categoryOfPath(url) ?? (isSpotTrade(frame) ? 'spot' : categoryOfName(meaning.name))
  return { category, isRetired: isOld(meaning.isRetired, url), named: [meaning], isForAll: true }
}

/** `liquidation` is a topic of both protocols: then the address decides. */
function isOld(isRetired: boolean, url: string): boolean {
  return isRetired || /\/realtime(?:_public)?(?:[/?]|$)/.test(url)
}

/** Ids of spot trades are numbers, those of contracts are not: the only thing in a frame that tells the markets apart. */
function isSpotTrade(frame: TextObject): boolean {
  const [first] = Array.isArray(frame.data) ? (frame.data as readonly TextValue[]) : []
  return isTextObject(first) && typeof first.i === 'string' && /^\d+$/.test(first.i)
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

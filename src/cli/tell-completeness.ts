import {
  type Channel,
  type Completeness,
  completenessOf,
  type GapEvent,
  type InstrumentId,
  isoFromMicros,
  type Micros,
  micros,
  now,
  type VenueId,
} from '../market/index.ts'
import { type Config, printable } from '../platform/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { CliError, codeOf, messageOf } from './cli-error.ts'
import { paint, print, printJson, table } from './output.ts'
import { configuredStoreAddress } from './parts.ts'

export interface CompletenessOptions {
  readonly config: Config
  readonly venue: string
  readonly instrument: string
  readonly channel: Channel
  /** A day before the end, if not given. */
  readonly from: Micros | undefined
  /** Now, if not given, or if it is still to come. */
  readonly to: Micros | undefined
  readonly json: boolean
}

const DAY_MICROS = 86_400_000_000
const GAPS_A_PAGE = 1_000
const PERCENT = 100

/** Prints how complete a feed is over a range. @throws CliError CLI_USAGE, CLI_UNREACHABLE */
export async function tellCompleteness(options: CompletenessOptions): Promise<void> {
  const { venue, instrument, channel } = options
  const { from, to } = rangeOf(options)
  const { found, gaps } = await read(options, from, to)
  if (options.json) printJson({ venue, instrument, channel, from, to, ...found, gaps: gaps.map(asObject) })
  else print(asText(options, from, to, found, gaps))
}

function rangeOf(options: CompletenessOptions): { from: Micros; to: Micros } {
  const present = now()
  const to = micros(Math.min(options.to ?? present, present))
  const from = options.from ?? micros(to - DAY_MICROS)
  if (from >= to) {
    throw new CliError('CLI_USAGE', `--from (${isoFromMicros(from)}) is not before --to (${isoFromMicros(to)})`)
  }
  return { from, to }
}

async function read(
  options: CompletenessOptions,
  from: Micros,
  to: Micros,
): Promise<{ found: Completeness; gaps: readonly GapEvent[] }> {
  const { config, channel } = options
  const feed = { venue: options.venue as VenueId, instrument: options.instrument as InstrumentId, channel, from, to }
  const store = openStore(await configuredStoreAddress(config, 'reader'))
  try {
    const [coverages, gaps] = await Promise.all([store.coverages(feed), allGaps(store, feed)])
    return { found: completenessOf(from, to, coverages, gaps), gaps }
  } catch (cause) {
    if (codeOf(cause) !== 'STORE_UNREACHABLE') throw cause
    throw new CliError('CLI_UNREACHABLE', `${messageOf(cause)}. Start the store: "opentape up", or "opentape store"`, {
      cause,
    })
  } finally {
    await store.close()
  }
}

async function allGaps(store: Store, feed: Omit<Parameters<Store['gaps']>[0], 'limit'>): Promise<GapEvent[]> {
  const gaps: GapEvent[] = []
  let cursor: string | undefined
  do {
    const page = await store.gaps({ ...feed, limit: GAPS_A_PAGE, order: 'oldest-first', cursor })
    gaps.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return gaps
}

function asObject({ messageType: _type, ...gap }: GapEvent): Omit<GapEvent, 'messageType'> {
  return gap
}

const PAINT: Readonly<Record<Completeness['state'], (text: string) => string>> = {
  complete: paint.good,
  missing: paint.bad,
  unknown: paint.warning,
}

/** What each state means, for people. */
const MEANING: Readonly<Record<Completeness['state'], string>> = {
  complete: 'everything that the venue said is there',
  missing: 'something is, or has to be assumed, missing',
  unknown: 'nobody watched',
}

function asText(
  { venue, instrument, channel }: CompletenessOptions,
  from: Micros,
  to: Micros,
  found: Completeness,
  gaps: readonly GapEvent[],
): string {
  const name = printable(`${venue} ${instrument} ${channel}`)
  const missing =
    found.missing === null ? 'how many messages are missing is not known' : `${found.missing} messages are missing`
  const lines = [
    `${paint.strong(name)}  ${isoFromMicros(from)} to ${isoFromMicros(to)}`,
    `${PAINT[found.state](found.state)}: ${shareText(found.completeShare)} of the time is complete; ${missing}`,
    '',
    table(
      found.segments.map((segment) => [
        isoFromMicros(segment.from),
        isoFromMicros(segment.to),
        segment.state,
        segment.gaps.length > 0 ? segment.gaps.map(printable).join(' ') : MEANING[segment.state],
      ]),
    ),
  ]
  if (gaps.length > 0) lines.push('', paint.strong(`${gaps.length} gaps`), table(gaps.map(gapRow)))
  return lines.join('\n')
}

/** Cut, not rounded: what is not whole is never called 100 %. */
function shareText(share: number): string {
  return `${Math.floor(share * PERCENT * PERCENT) / PERCENT} %`
}

function gapRow(gap: GapEvent): string[] {
  const missing = gap.missing === null ? 'not numbered' : `${gap.missing} missing`
  return [
    printable(gap.id),
    isoFromMicros(gap.from),
    gap.to === null ? 'lasting' : isoFromMicros(gap.to),
    gap.cause,
    gap.state,
    gap.missingIds === null ? missing : `${missing}: ${printable(gap.missingIds)}`,
    printable(gap.evidence),
  ]
}

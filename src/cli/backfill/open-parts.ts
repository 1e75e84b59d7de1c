import { createHash } from 'node:crypto'
import { VenuePast } from '../../collector/index.ts'
import { encodeFrame, type Log } from '../../log/index.ts'
import { type Instrument, now, type VenueId } from '../../market/index.ts'
import { type Config, stopSignal } from '../../platform/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import { type VenueProtocol, venueProtocol } from '../../venues/index.ts'
import { CliError, codeOf, messageOf } from '../cli-error.ts'
import { DataDirectory } from '../data-directory.ts'
import { configuredStoreAddress, EMBEDDED, openConfiguredLog } from '../parts.ts'
import { roleLogger } from '../roles.ts'
import { interrupted, TapeAppender } from './tape-appender.ts'

/** An orderly stop finishes the piece that is at hand. */
const STOP_MILLISECONDS = 30_000

/** What reading the past needs, opened. */
export interface PastParts {
  readonly protocol: VenueProtocol
  readonly log: Log
  readonly store: Store
  readonly signal: AbortSignal
  readonly appender: TapeAppender
  /** The venue itself; asked only if something of it is wanted. */
  readonly past: VenuePast
}

export interface PastPartsOptions {
  readonly config: Config
  readonly venue: string
  /** What the work is; one of a venue and name at a time. */
  readonly name: string
  readonly say: (message: string) => void
  /** For tests: stops it, in place of the signals of the process. */
  readonly signal?: AbortSignal
}

/** Opens log and store, works, and closes them. */
export async function withPastParts<Result>(
  { config, venue, name, say, signal: given }: PastPartsOptions,
  work: (parts: PastParts) => Promise<Result>,
): Promise<Result> {
  const protocol = venueProtocol(venue)
  const directory = new DataDirectory(config.data)
  const kind = directory.kind()
  const { rest } = config.venues[venue]?.endpoints ?? {}
  if (kind === undefined && config.log.url === EMBEDDED)
    throw new CliError(
      'CLI_INPUT_UNREADABLE',
      `there is no data in ${config.data}: name the data directory with --data`,
    )
  if (kind === 'simulated' && rest === undefined)
    throw new CliError(
      'CLI_DIRECTORY_MIXED',
      `${config.data} holds simulated data, and ${venue} is a real exchange: give another directory with --data`,
    )
  directory.prepare(kind ?? 'live')
  const opened = new AsyncDisposableStack()
  let signal = given
  try {
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 12)
    opened.use(directory.hold(`backfill-${venue}-${hash}`))
    signal ??= stopSignal({ logger: roleLogger('backfill', config), limitMilliseconds: STOP_MILLISECONDS })
    const log = opened.adopt(await openConfiguredLog(config), (each) => each.close())
    const store = opened.adopt(openStore(await configuredStoreAddress(config, 'reader')), (each) => each.close())
    await store.ping()
    const key = `${venue}/backfill-${hash}`
    const past = new VenuePast({
      protocol,
      rest: rest ?? protocol.endpoints.rest,
      share: config.backfill.weightShare,
      signal,
      onBody: (url, data) => {
        if (!config.collector.raw) return
        const frame = {
          receiveTime: now(),
          source: { venue, connection: `backfill-${hash}`, url },
          kind: 'http',
          direction: 'in',
          data,
        } as const
        const written = log.append('raw-market-data', [{ key, value: encodeFrame(frame) }])
        written.catch((error: unknown) => say(`an answer could not be kept as it came: ${messageOf(error)}`))
      },
    })
    return await work({
      protocol,
      log,
      store,
      signal,
      past,
      appender: new TapeAppender({ log, key, signal, onWaiting: say }),
    })
  } catch (cause) {
    // What was asked when it was stopped has failed by that alone.
    if (signal?.aborted === true && !(cause instanceof CliError)) throw interrupted()
    if (codeOf(cause) !== 'STORE_UNREACHABLE') throw cause
    throw new CliError('CLI_UNREACHABLE', `${messageOf(cause)}. Start the store: "opentape up", or "opentape store"`, {
      cause,
    })
  } finally {
    await opened.disposeAsync()
  }
}

/** Instruments of a venue: those that the store knows, or else what the venue says. */
export async function knownInstruments({ store, protocol, past }: PastParts): Promise<readonly Instrument[]> {
  const stored = await store.instruments({ venue: protocol.venue as VenueId })
  return stored.length > 0 ? stored : await past.instruments()
}

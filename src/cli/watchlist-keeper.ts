import { createHash } from 'node:crypto'
import type { Watchlist, WatchlistKeeper } from '../collector/index.ts'
import type { ControlDatabase } from '../control/index.ts'
import { type Config, type Logger, loadConfig } from '../platform/index.ts'
import { venueIds } from '../venues/venue-ids.ts'

const SETTING = 'collector'
const CHANGED_BY = 'POST /configure'

/**
 * Keeps what `POST /configure` put in force over restarts, in the control database. A configuration file that was changed
 * since wins over it: who edits the file expects that it counts.
 */
export class ControlWatchlistKeeper implements WatchlistKeeper {
  readonly #control: ControlDatabase
  readonly #config: Config
  readonly #logger: Logger
  /** Version of the setting that this collector has in force, or knows not to follow. */
  #version = 0

  constructor(control: ControlDatabase, config: Config, logger: Logger) {
    this.#control = control
    this.#config = config
    this.#logger = logger
  }

  async load(): Promise<Watchlist | undefined> {
    this.#version = 0
    return await this.changed()
  }

  /** What was put in force since it was read or saved here last: by another line of the same venues. */
  async changed(): Promise<Watchlist | undefined> {
    const setting = await this.#control.settings.get(SETTING)
    if (setting === undefined || setting.version <= this.#version) return undefined
    this.#version = setting.version
    const kept = readKept(setting.value)
    if (kept === undefined) {
      this.#logger.warn({ version: setting.version }, 'the kept watchlist cannot be read: the configuration counts')
      return undefined
    }
    if (kept.basis !== basisOf(this.#config.venues)) {
      this.#logger.info(
        { version: setting.version },
        'the configuration of the venues was changed since POST /configure: it counts',
      )
      return undefined
    }
    this.#logger.info({ version: setting.version }, 'going on with what POST /configure put in force')
    // Where a venue is, is the configuration's business: the simulator's ports may be others today.
    return Object.fromEntries(
      Object.entries(kept.watchlist).map(([venue, each]) => [
        venue,
        { ...each, endpoints: this.#config.venues[venue]?.endpoints ?? each.endpoints },
      ]),
    )
  }

  async save(watchlist: Watchlist): Promise<void> {
    const value = { basis: basisOf(this.#config.venues), watchlist }
    const { version } = await this.#control.settings.put(SETTING, { value, changedBy: CHANGED_BY })
    // Of several that come at once the newest counts, for every line.
    this.#version = Math.max(this.#version, version)
  }
}

/** What identifies the venues of a configuration, but for their addresses. */
function basisOf(venues: Watchlist): string {
  const relevant = Object.entries(venues)
    .map(([venue, { endpoints: _endpoints, ...rest }]) => [venue, rest] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(relevant)).digest('hex')
}

/** Checked like any configuration, since a later version may know other keys. */
function readKept(value: unknown): { readonly basis: string; readonly watchlist: Watchlist } | undefined {
  if (typeof value !== 'object' || value === null || !('basis' in value) || !('watchlist' in value)) return undefined
  if (typeof value.basis !== 'string' || typeof value.watchlist !== 'object' || value.watchlist === null)
    return undefined
  const names = Object.keys(value.watchlist)
  try {
    const { config } = loadConfig({
      knownVenues: venueIds(),
      environment: { OPENTAPE_CONFIG: '' },
      workingDirectory: '.',
      flags: { venues: JSON.parse(JSON.stringify(value.watchlist)) },
    })
    return {
      basis: value.basis,
      watchlist: Object.fromEntries(Object.entries(config.venues).filter(([name]) => names.includes(name))),
    }
  } catch {
    return undefined
  }
}

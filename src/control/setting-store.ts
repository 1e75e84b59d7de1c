import { type Kysely, sql } from 'kysely'
import { ControlError } from './control-error.ts'
import type { ControlTables } from './control-tables.ts'

/** A setting as it was from some moment on. */
export interface Setting {
  readonly name: string
  /** 1 for the first value, then one more at each change. */
  readonly version: number
  /** What was stored, as parsed JSON. Check it with a schema before use. */
  readonly value: unknown
  /** Microseconds. */
  readonly changedTime: number
  /** Who changed it, such as a token's name. */
  readonly changedBy: string
}

export interface SettingChange {
  readonly value: unknown
  readonly changedBy: string
  /** The version that the change is based on, 0 for none; absent = whatever is there. */
  readonly expectedVersion?: number
}

const MAXIMUM_VALUE_CHARACTERS = 5_000_000
/** Versions of a setting that are kept. */
const KEPT_VERSIONS = 100

/** Configuration that was changed while running, with its history. */
export class SettingStore {
  #database: Kysely<ControlTables>
  #now: () => number

  constructor(database: Kysely<ControlTables>, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /** The value in force; undefined if it was never set. */
  async get(name: string): Promise<Setting | undefined> {
    const [latest] = await this.history(name, 1)
    return latest
  }

  /** The newest versions first. */
  async history(name: string, limit = KEPT_VERSIONS): Promise<readonly Setting[]> {
    const rows = await this.#database
      .selectFrom('setting')
      .selectAll()
      .where('name', '=', name)
      .orderBy('version', 'desc')
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      name: row.name,
      version: row.version,
      value: JSON.parse(row.value),
      changedTime: row.changed_at,
      changedBy: row.changed_by,
    }))
  }

  /**
   * Puts a new value in force.
   * @throws ControlError CONTROL_SETTING_CONFLICT if another change came first, CONTROL_SETTING_INVALID if it is no JSON or too large
   */
  async put(name: string, change: SettingChange): Promise<Setting> {
    const text: string | undefined = JSON.stringify(change.value)
    if (text === undefined)
      throw new ControlError('CONTROL_SETTING_INVALID', `the value of ${name} cannot be written as JSON`)
    if (text.length > MAXIMUM_VALUE_CHARACTERS)
      throw new ControlError(
        'CONTROL_SETTING_INVALID',
        `the value of ${name} is longer than ${MAXIMUM_VALUE_CHARACTERS} characters`,
      )
    const changedTime = this.#now()
    const { changedBy, expectedVersion } = change
    const latest = sql<number>`coalesce(max(version), 0)`
    const expected = expectedVersion === undefined ? sql`` : sql`having ${latest} = ${expectedVersion}`
    // One statement, so that nobody comes in between; of two writers that saw the same version the key lets one through.
    const inserted = await sql<{ version: number }>`
      insert into setting (name, version, value, changed_at, changed_by)
      select cast(${name} as text), ${latest} + 1, cast(${text} as text), cast(${changedTime} as bigint), cast(${changedBy} as text)
      from setting where name = ${name} ${expected}
      on conflict (name, version) do nothing
      returning version`.execute(this.#database)
    const version = inserted.rows[0]?.version
    if (version === undefined) throw await this.#conflict(name, expectedVersion)
    const oldestKept = version - KEPT_VERSIONS + 1
    await this.#database.deleteFrom('setting').where('name', '=', name).where('version', '<', oldestKept).execute()
    return { name, version, value: change.value, changedTime, changedBy }
  }

  async #conflict(name: string, expected: number | undefined): Promise<ControlError> {
    const actual = (await this.get(name))?.version ?? 0
    return new ControlError(
      'CONTROL_SETTING_CONFLICT',
      `${name} was changed by somebody else: version ${expected ?? 'before that'} was expected, ${actual} is in force. Read it again and repeat the change`,
    )
  }
}

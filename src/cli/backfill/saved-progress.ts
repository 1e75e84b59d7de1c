import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { GapJob } from '../../collector/index.ts'
import { CliError, codeOf, messageOf } from '../cli-error.ts'
import { type Counts, type Difference, NO_COUNTS } from './reconcile.ts'

/** How far a backfill or an import is. */
export interface SavedState {
  /** Where to go on: the venue's cursor, or the rows that are done. Absent at the beginning. */
  readonly cursor?: string
  readonly counts: Counts
  /** The first that were found. */
  readonly differences: readonly Difference[]
  /** Exchange times of the first and the last thing that was read. */
  readonly oldest: number | null
  readonly newest: number | null
  /** Gaps in it, as far as they are filled. */
  readonly gaps: readonly GapJob[]
}

/** How far one piece of work is, kept in the data directory, so that it goes on where it was. */
export class SavedProgress {
  readonly #file: string

  /** @param name everything that tells this work from another */
  constructor(directory: string, name: readonly unknown[]) {
    const hash = createHash('sha256').update(JSON.stringify(name)).digest('hex').slice(0, 24)
    this.#file = join(directory, 'backfill', `${hash}.json`)
  }

  async load(): Promise<SavedState> {
    try {
      return JSON.parse(await readFile(this.#file, 'utf8'))
    } catch (error) {
      // Half a file is as none: the work begins anew, and what is stored already is not stored again.
      if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError)
        return { counts: NO_COUNTS, differences: [], oldest: null, newest: null, gaps: [] }
      throw error
    }
  }

  async save(state: SavedState): Promise<void> {
    try {
      await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 })
      await writeFile(`${this.#file}.new`, JSON.stringify(state), { mode: 0o600 })
      await rename(`${this.#file}.new`, this.#file)
    } catch (cause) {
      throw new CliError('CLI_DIRECTORY_UNUSABLE', `how far it is cannot be written: ${messageOf(cause)}`, { cause })
    }
  }

  /** It is done: the next time begins anew. */
  async clear(): Promise<void> {
    await rm(this.#file, { force: true })
  }
}

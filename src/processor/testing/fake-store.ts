import assert from 'node:assert/strict'
import {
  type Candle,
  type Store,
  type StoreBatch,
  StoreError,
  type StorePage,
  TABLE_NAMES,
  type TableName,
} from '../../store/index.ts'

type Step = <T>(act: () => T) => Promise<T>

/**
 * A store that does what the real one promises: rows that come again with their token count once. It also holds the
 * processor to its part: the same token must always bring the same rows.
 */
export class FakeStore implements Pick<Store, 'insertBatch' | 'insert' | 'candles'> {
  readonly tables = new Map<TableName, (readonly unknown[])[]>()
  readonly #seen = new Map<string, string>()
  readonly #step: Step
  /** Inserts that fail, half of them after they have taken effect. */
  failures = 0

  constructor(step: Step = async (act) => act()) {
    this.#step = step
  }

  rows(table: TableName): readonly (readonly unknown[])[] {
    return this.tables.get(table) ?? []
  }

  async insertBatch(batch: StoreBatch, range: string): Promise<void> {
    for (const table of TABLE_NAMES) {
      const lines = Buffer.concat(batch.pieces(table)).toString('utf8').split('\n').slice(0, -1)
      const rows = lines.map((line): readonly unknown[] => JSON.parse(line))
      await this.insert(table, rows, `store:${table}:${range}`)
    }
  }

  async insert(table: TableName, rows: readonly (readonly unknown[])[], token: string): Promise<void> {
    if (rows.length === 0) return
    const fails = this.failures > 0
    if (fails) this.failures--
    if (fails && this.failures % 2 === 0) throw new StoreError('STORE_UNREACHABLE', 'away')
    await this.#step(() => this.#apply(table, rows, token))
    if (fails) throw new StoreError('STORE_TIMEOUT', 'stored, but the answer was lost')
  }

  async candles(): Promise<StorePage<Candle>> {
    return { items: [], nextCursor: null }
  }

  #apply(table: TableName, rows: readonly (readonly unknown[])[], token: string): void {
    const content = JSON.stringify(rows)
    const before = this.#seen.get(token)
    this.#seen.set(token, content)
    if (before === undefined) {
      const stored = this.tables.get(table) ?? []
      stored.push(...rows)
      this.tables.set(table, stored)
      return
    }
    // Statistics name the time of writing; everything else is a function of the tape.
    if (table !== 'ingestion_statistics') assert.equal(content, before, `${token} brought other rows than before`)
  }
}

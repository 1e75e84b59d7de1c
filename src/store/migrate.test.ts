import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { migrateStore } from './migrate.ts'
import { readMigrations } from './migration-files.ts'
import { COLUMN_TYPES } from './schema/column.ts'
import { COMPUTED_COLUMNS, DERIVED_TABLES } from './schema/derived-tables.ts'
import { renderMigration } from './schema/engine-clauses.ts'
import { TABLE_NAMES, TABLES } from './schema/tables.ts'
import { splitStatements } from './sql-text.ts'
import { StoreError } from './store-error.ts'
import { type StoreForTests, startStoreForTests } from './testing/store-for-tests.ts'

let running: StoreForTests
before(async () => {
  running = await startStoreForTests(false)
})
after(() => running.stop())

const withoutSchema = (error: unknown) => error instanceof StoreError && error.code === 'STORE_SCHEMA'

async function tables(): Promise<string[]> {
  const rows = await running.client.query(
    'SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name',
  )
  return rows.map((row) => String(row[0])).filter((name) => name !== 'schema_migrations')
}

test('migrations go up, down to any version and up again', async () => {
  const address = running.child.writer
  const { length } = await readMigrations()
  assert.equal((await migrateStore(address)).steps.length, length)
  const whole = await tables()
  for (const name of TABLE_NAMES) assert(whole.includes(name), name)
  assert.deepEqual((await migrateStore(address)).steps, [])
  const down = await migrateStore(address, { to: 1 })
  assert.deepEqual([down.from, down.to, down.steps.length], [length, 1, length - 1])
  assert.deepEqual((await migrateStore(address, { to: 0 })).steps, ['down 0001_reference'])
  assert.deepEqual(await tables(), [])
  assert.equal((await migrateStore(address)).from, 0)
  assert.deepEqual(await tables(), whole)
})

test('the tables have the columns that rows are written to, of the types that rows have', async () => {
  await migrateStore(running.child.writer)
  for (const name of TABLE_NAMES) {
    const rows = await running.client.query(
      "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String} AND default_kind != 'ALIAS' ORDER BY position",
      { table: name },
    )
    assert.deepEqual(
      rows,
      TABLES[name].columns.map((column) => [column.name, COLUMN_TYPES[column.kind]]),
      name,
    )
  }
})

test('every table and column of the store is described, and no other', async () => {
  await migrateStore(running.child.writer)
  const rows = await running.client.query(
    "SELECT table, name, type FROM system.columns WHERE database = currentDatabase() AND NOT endsWith(table, '_view')",
  )
  const described = [
    ...TABLE_NAMES.flatMap((table) =>
      TABLES[table].columns.map((column) => [table, column.name, COLUMN_TYPES[column.kind]]),
    ),
    ...Object.entries(COMPUTED_COLUMNS).flatMap(([table, columns]) =>
      columns.map(({ name, type }) => [table, name, type]),
    ),
    ...Object.entries(DERIVED_TABLES).flatMap(([table, { columns }]) =>
      columns.map(({ name, type }) => [table, name, type]),
    ),
  ]
  const sorted = (list: readonly (readonly unknown[])[]) => list.map((entry) => entry.join(' ')).sort()
  assert.deepEqual(sorted(rows), sorted(described))
})

test('a migration that was changed after it was applied is refused, and nothing is done', async () => {
  await migrateStore(running.child.writer)
  const migrations = (await readMigrations()).map((migration) =>
    migration.version === 2 ? { ...migration, checksum: 'another' } : migration,
  )
  const before = await tables()
  await assert.rejects(migrateStore(running.child.writer, { migrations, to: 0 }), withoutSchema)
  assert.deepEqual(await tables(), before)
})

test('tables of a newer version are refused', async () => {
  await migrateStore(running.child.writer)
  const migrations = (await readMigrations()).slice(0, -1)
  await assert.rejects(migrateStore(running.child.writer, { migrations }), withoutSchema)
})

test('a migration that was cut off in the middle is finished by the next run', async () => {
  const address = running.child.writer
  await migrateStore(address, { to: 1 })
  const second = (await readMigrations())[1]
  assert(second !== undefined)
  const [first = ''] = splitStatements(renderMigration(second.up, undefined))
  await running.client.command(first)
  assert.equal((await migrateStore(address, { to: 2 })).to, 2)
  assert.equal((await migrateStore(address)).from, 2)
})

test('the statements for a cluster are replicated, on the cluster, and of the dialect', async () => {
  for (const migration of await readMigrations()) {
    for (const text of [migration.up, migration.down]) {
      for (const statement of splitStatements(renderMigration(text, 'tape'))) {
        assert(/ON CLUSTER 'tape'/.test(statement), statement)
        if (/ENGINE =/.test(statement)) {
          assert.match(
            statement,
            /ENGINE = Replicated\w*MergeTree\('\/clickhouse\/tables\/\{uuid\}\/\{shard\}', '\{replica\}'/,
          )
          assert.match(statement, /replicated_deduplication_window = \d+/)
          assert(!statement.includes('non_replicated'))
        }
        // The engine itself reads it; parameters keep its braces out of our own reading.
        const [row] = await running.client.query('SELECT formatQuery({statement:String})', { statement })
        assert.match(String(row?.[0]), /^(CREATE|DROP|ALTER)/)
      }
    }
  }
})

test('how long each kind is kept is applied, changed and taken back', async () => {
  await migrateStore(running.child.writer)
  const kept = async () => {
    const rows = await running.client.query(
      "SELECT name, extract(engine_full, 'toIntervalDay\\\\((\\\\d+)\\\\)') FROM system.tables WHERE database = currentDatabase() AND name IN ('trades', 'quotes', 'book_updates', 'candles', 'funding', 'mark_prices') ORDER BY name",
    )
    return Object.fromEntries(rows.map((row) => [row[0], row[1]]))
  }
  const keep = {
    tradeDays: 0,
    quoteDays: 30,
    bookDays: 7,
    tickerDays: 30,
    candleDays: 0,
    venueCandleDays: 90,
    fundingDays: 0,
    markPriceDays: 30,
    openInterestDays: 365,
    liquidationDays: 0,
    optionSummaryDays: 30,
    statusDays: 0,
    auditDays: 0,
  }
  await running.store.retain(keep)
  const first = { trades: '', quotes: '30', book_updates: '7', candles: '', funding: '', mark_prices: '30' }
  assert.deepEqual(await kept(), first)
  await running.store.retain({ ...keep, tradeDays: 365, quoteDays: 0, fundingDays: 7 })
  assert.deepEqual(await kept(), { ...first, trades: '365', quotes: '', funding: '7' })
})

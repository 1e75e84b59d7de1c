import type { Kysely, Migration, MigrationProvider } from 'kysely'

// One text for SQLite and PostgreSQL. A migration that was released is never changed: add another.

const tokensAndSettings: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('token')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('secret_hash', 'text', (column) => column.notNull())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('last_used_at', 'bigint')
      .addColumn('revoked_at', 'bigint')
      .execute()
    await database.schema
      .createTable('setting')
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('value', 'text', (column) => column.notNull())
      .addColumn('changed_at', 'bigint', (column) => column.notNull())
      .addColumn('changed_by', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('setting_key', ['name', 'version'])
      .execute()
  },
  async down(database: Kysely<unknown>) {
    await database.schema.dropTable('setting').execute()
    await database.schema.dropTable('token').execute()
  },
}

/** In the order of their names. */
export const CONTROL_MIGRATIONS: MigrationProvider = {
  getMigrations: async () => ({ '001-tokens-and-settings': tokensAndSettings }),
}

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Server settings of the embedded engine: caches and pools for a small process beside others on one machine. Tables of one
 * tape touch few files at a time, and the system's page cache holds them anyway.
 */
const SERVER_SETTINGS: Readonly<Record<string, number>> = {
  mark_cache_size: 16_777_216,
  index_mark_cache_size: 4_194_304,
  primary_index_cache_size: 16_777_216,
  uncompressed_cache_size: 0,
  index_uncompressed_cache_size: 0,
  compiled_expression_cache_size: 4_194_304,
  background_pool_size: 2,
  background_merges_mutations_concurrency_ratio: 1,
  background_schedule_pool_size: 2,
  background_common_pool_size: 2,
  background_fetches_pool_size: 1,
  background_move_pool_size: 1,
  max_thread_pool_size: 64,
  max_thread_pool_free_size: 8,
  max_server_memory_usage: 800_000_000,
}

/** Settings of MergeTree tables that are not said at each table. */
const TABLE_SETTINGS: Readonly<Record<string, number>> = {
  // With two merge threads the engine's own numbers of free threads would never be reached.
  number_of_free_entries_in_pool_to_lower_max_size_of_merge: 1,
  number_of_free_entries_in_pool_to_execute_mutation: 1,
  number_of_free_entries_in_pool_to_execute_optimize_entire_partition: 1,
  // Larger merges take more memory and time than they save on one machine.
  max_bytes_to_merge_at_max_space_in_pool: 5_000_000_000,
  merge_max_block_size: 4_096,
  // Nine parts become one, not five: each row is written again a third less often, and a question meets some more parts.
  merge_selector_base: 9,
  // Parts that were merged into others stay for a while, since a merge is not flushed to disk at once and the power may fail.
  // The engine's eight minutes are thousands of parts in memory; the system writes what is dirty within some 35 seconds.
  old_parts_lifetime: 120,
}

/** Writes the engine's configuration beside its data and gives the arguments that make it read it. */
export async function engineArguments(directory: string): Promise<readonly string[]> {
  const file = join(directory, 'opentape-engine.xml')
  const server = Object.entries(SERVER_SETTINGS).map(([name, value]) => `  <${name}>${value}</${name}>`)
  const tables = Object.entries(TABLE_SETTINGS).map(([name, value]) => `    <${name}>${value}</${name}>`)
  const lines = ['<clickhouse>', ...server, '  <merge_tree>', ...tables, '  </merge_tree>', '</clickhouse>', '']
  await writeFile(file, lines.join('\n'))
  return [`--config-file=${file}`]
}

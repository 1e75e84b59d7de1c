import type { Command } from 'commander'
import { type ConfigFlags, configFrom, type GlobalFlags, withConfigFlags } from '../common-options.ts'

const EXAMPLES = `
It answers ClickHouse's HTTP interface on loopback, for your own tools too (Grafana, DBeaver). The user "reader" may only
read; its password is in <data>/secrets/store-reader.password.

Examples:
  opentape store
  curl -u reader:$(cat data/live/secrets/store-reader.password) http://127.0.0.1:8123 -d 'select count() from trades'`

/** `opentape store`: the embedded store alone. */
export function addStoreCommand(root: Command): void {
  withConfigFlags(root.command('store').summary('run the embedded store alone'))
    .description('Runs the embedded store and keeps it running. "opentape up" does this by itself.')
    .addHelpText('after', EXAMPLES)
    .action(async (_flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<ConfigFlags & GlobalFlags>()
      const { runStore } = await import('../run-store.ts')
      await runStore(configFrom(flags).config, { json: flags.json === true })
    })
}

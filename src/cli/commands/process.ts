import type { Command } from 'commander'
import { withConfigFlags } from '../common-options.ts'
import { runRoleCommand } from '../role-command.ts'

/** `opentape process`: the processor alone. */
export function addProcessCommand(root: Command): void {
  withConfigFlags(root.command('process').summary('run the processor alone'))
    .description('Brings the tape from the log into the store, each trade once, and keeps books and live candles.')
    .addHelpText(
      'after',
      `
Examples:
  opentape process
  OPENTAPE_LOG=nats://log:4222 OPENTAPE_STORE=http://user:password@db:8123/tape opentape process

Its HTTP side (default http://127.0.0.1:8082): GET /health, GET /metrics.`,
    )
    .action((_flags: unknown, command: Command) => runRoleCommand('processor', command))
}

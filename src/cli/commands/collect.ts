import type { Command } from 'commander'
import { withConfigFlags } from '../common-options.ts'
import { runRoleCommand } from '../role-command.ts'

/** `opentape collect`: the collector alone. */
export function addCollectCommand(root: Command): void {
  withConfigFlags(root.command('collect').summary('run the collector alone'))
    .description(
      'Listens to the exchanges and writes what they say to the log. For machines that share a log with others.',
    )
    .addHelpText(
      'after',
      `
Examples:
  opentape collect --set venues.binance.top=100
  OPENTAPE_LOG=nats://log:4222 opentape collect

Its HTTP side (default http://127.0.0.1:8081): GET /health, GET /metrics, GET and POST /configure.`,
    )
    .action((_flags: unknown, command: Command) => runRoleCommand('collector', command))
}

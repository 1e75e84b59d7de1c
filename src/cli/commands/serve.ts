import type { Command } from 'commander'
import { withConfigFlags } from '../common-options.ts'
import { runRoleCommand } from '../role-command.ts'

/** `opentape serve`: the gateway alone. */
export function addServeCommand(root: Command): void {
  withConfigFlags(root.command('serve').summary('run the gateway alone: REST, WebSocket, dashboard'))
    .description('Serves people and programs from the log and the store. On anything but loopback it asks for a token.')
    .addHelpText(
      'after',
      `
Examples:
  opentape serve
  OPENTAPE_STORE=http://user:password@db:8123/tape OPENTAPE_LOG=nats://log:4222 opentape serve
  opentape serve --set gateway.host=0.0.0.0     others can reach it: see "opentape token"`,
    )
    .action((_flags: unknown, command: Command) => runRoleCommand('gateway', command))
}

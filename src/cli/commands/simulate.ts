import type { Command } from 'commander'
import { withConfigFlags } from '../common-options.ts'
import { runRoleCommand } from '../role-command.ts'

/** `opentape simulate`: the simulated exchanges alone. */
export function addSimulateCommand(root: Command): void {
  withConfigFlags(root.command('simulate').summary('run simulated exchanges on loopback'))
    .description(
      'Simulates the exchanges in their own wire formats, from one seeded market: none of its prices are real.',
    )
    .addHelpText(
      'after',
      `
Its control API (default http://127.0.0.1:8090) says where each exchange listens, what really happened, and takes faults:
  curl http://127.0.0.1:8090/control/about
  curl http://127.0.0.1:8090/control/ledger
  curl -X POST http://127.0.0.1:8090/control/faults -d '{"kind":"drop","venue":"kraken"}'

Examples:
  opentape simulate --data data/demo
  opentape simulate --data data/demo --set simulator.seed=7 --set simulator.eventsPerSecond=5000`,
    )
    .action((_flags: unknown, command: Command) => runRoleCommand('simulator', command))
}

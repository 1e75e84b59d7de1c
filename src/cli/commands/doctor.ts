import type { Command } from 'commander'
import { type ConfigFlags, configFrom, type GlobalFlags, withConfigFlags } from '../common-options.ts'

/** `opentape doctor`: what is missing, and what to do. */
export function addDoctorCommand(root: Command): void {
  withConfigFlags(root.command('doctor').summary('check this machine, the configuration and the exchanges'))
    .description(
      'Checks the machine, the configuration, the directories, the ports, the parts and the reachability of each exchange, and says what to do.',
    )
    .option('--no-venues', 'do not try to reach the exchanges')
    .addHelpText(
      'after',
      `
Exit code: 0 all is well, 1 something here fails, 2 the configuration is wrong, 3 something elsewhere cannot be reached.

Examples:
  opentape doctor
  opentape doctor --json | jq '.checks[] | select(.state != "ok")'`,
    )
    .action(async (_flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<ConfigFlags & GlobalFlags & { readonly venues: boolean }>()
      const { doctor } = await import('../doctor/doctor.ts')
      process.exitCode = await doctor({
        load: () => configFrom(flags),
        json: flags.json === true,
        venues: flags.venues,
      })
    })
}

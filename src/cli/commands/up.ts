import type { Command } from 'commander'
import { type ConfigFlags, configFrom, type GlobalFlags, withConfigFlags } from '../common-options.ts'

interface UpFlags extends ConfigFlags, GlobalFlags {
  readonly demo?: boolean
  readonly verbose?: boolean
}

const EXAMPLES = `
Examples:
  opentape up                               the real exchanges; dashboard on http://127.0.0.1:8080
  opentape up --demo                        simulated exchanges: no network, no account, data of their own
  opentape up --set gateway.port=9000       any key of the configuration
  opentape up --set venues.kraken.enabled=false --data /srv/opentape

Ctrl-C stops in order: collector, processor, gateway, store. Nothing is lost; the next start goes on there.`

export const DEMO_DIRECTORY = './data/demo'

/** `opentape up`: everything on one machine. */
export function addUpCommand(root: Command): void {
  withConfigFlags(root.command('up').summary('start everything on this machine'))
    .description(
      'Starts the collector, the processor, the store and the gateway with its dashboard, and keeps them running.',
    )
    .option('--demo', 'simulated exchanges in place of the real ones, in a data directory of their own')
    .option('-v, --verbose', 'show what the parts log')
    .addHelpText('after', EXAMPLES)
    .action(async (_flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<UpFlags>()
      const loaded = configFrom(flags, upDefaults(flags))
      const { up } = await import('../up/up.ts')
      const { UpReport } = await import('../up/up-report.ts')
      process.exitCode = await up({ loaded, simulated: flags.demo === true, report: new UpReport(flags) })
    })
}

function upDefaults(flags: UpFlags): Record<string, string> {
  const settings: Record<string, string> = {}
  // Whatever a file says about data is about real data.
  if (flags.demo === true && flags.data === undefined && process.env.OPENTAPE_DATA === undefined)
    settings.data = DEMO_DIRECTORY
  // On a terminal the report says what matters; elsewhere the log is all there is.
  const quiet = process.stderr.isTTY === true && flags.verbose !== true
  if (quiet && flags.logLevel === undefined && process.env.OPENTAPE_LOGGING_LEVEL === undefined)
    settings['logging.level'] = 'warn'
  return settings
}

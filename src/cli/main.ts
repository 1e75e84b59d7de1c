import { Command, CommanderError } from 'commander'
import { EXIT } from '../platform/index.ts'
import { CliError, exitCodeFor } from './cli-error.ts'
import { addBackfillCommand } from './commands/backfill.ts'
import { addCollectCommand } from './commands/collect.ts'
import { addCompletenessCommand } from './commands/completeness.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addExportCommand } from './commands/export.ts'
import { addImportCommand } from './commands/import.ts'
import { addNormalizeCommand } from './commands/normalize.ts'
import { addProcessCommand } from './commands/process.ts'
import { addServeCommand } from './commands/serve.ts'
import { addSimulateCommand } from './commands/simulate.ts'
import { addStoreCommand } from './commands/store.ts'
import { addTokenCommand } from './commands/token.ts'
import { addUpCommand } from './commands/up.ts'
import { addVenuesCommand } from './commands/venues.ts'
import { printError } from './output.ts'
import { programVersion } from './version.ts'

const EXIT_CODES = `
Exit codes:
  0  done
  1  failed; the message says why
  2  wrong usage, or a configuration that cannot be used: nothing was started
  3  something that it needs cannot be reached: an exchange, a server
  4  it is running already, or another process holds what it needs
  130  stopped at once by a second Ctrl-C

Configuration: flags, OPENTAPE_… variables, opentape.yaml; see docs/configuration.md.`

/** The program. Commands load what they need when they run, so that help is quick. */
export function createProgram(): Command {
  const root = new Command('opentape')
    .description('The consolidated tape for cryptocurrency markets, self-hosted.')
    .version(`${programVersion()} (Node ${process.versions.node})`, '-V, --version')
    .option('--json', 'results and errors as JSON, for programs')
    .option('--no-color', 'no colours (so does NO_COLOR=1)')
    .showHelpAfterError('(add --help for what is allowed)')
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
  addUpCommand(root)
  addCollectCommand(root)
  addProcessCommand(root)
  addServeCommand(root)
  addStoreCommand(root)
  addSimulateCommand(root)
  addNormalizeCommand(root)
  addExportCommand(root)
  addBackfillCommand(root)
  addImportCommand(root)
  addCompletenessCommand(root)
  addVenuesCommand(root)
  addDoctorCommand(root)
  addTokenCommand(root)
  return root
}

/** Usage errors are told as JSON, like all others. */
function silence(command: Command): void {
  command.configureOutput({ writeErr: () => undefined })
  for (const each of command.commands) silence(each)
}

/** Runs a command and ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  if (argv.includes('--no-color')) process.env.NO_COLOR = '1'
  const json = argv.includes('--json')
  const root = createProgram()
  if (json) silence(root)
  try {
    await root.parseAsync([...argv])
    process.exit(process.exitCode ?? EXIT.ok)
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) process.exit(EXIT.ok)
      if (json) printError(new CliError('CLI_USAGE', error.message), { json })
      process.exit(EXIT.usage)
    }
    printError(error, { json })
    process.exit(exitCodeFor(error))
  }
}

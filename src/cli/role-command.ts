import type { Command } from 'commander'
import { stopSignal } from '../platform/index.ts'
import { type ConfigFlags, configFrom, type GlobalFlags } from './common-options.ts'
import { DataDirectory } from './data-directory.ts'
import { makeFirstToken } from './first-token.ts'
import { paint, print, printJson } from './output.ts'
import { type Role, roleLogger, runRole } from './roles.ts'
import { ROLE_STOP_MILLISECONDS } from './stop-limits.ts'
import { UpReport } from './up/up-report.ts'

/** Runs one role in this process until it is told to stop. */
export async function runRoleCommand(role: Role, command: Command): Promise<void> {
  const flags = command.optsWithGlobals<ConfigFlags & GlobalFlags>()
  const { config } = configFrom(flags)
  const report = new UpReport(flags)
  const logger = roleLogger(role, config)
  const firstToken = role === 'gateway' ? await makeFirstToken(config, logger) : undefined
  const signal = stopSignal({ logger, limitMilliseconds: ROLE_STOP_MILLISECONDS })
  await runRole({
    role,
    config,
    // A role that is started beside a demo belongs to it.
    simulated: role === 'simulator' || new DataDirectory(config.data).kind() === 'simulated',
    logger,
    signal,
    ready: ({ url }) => {
      if (firstToken !== undefined) report.say({ event: 'token', text: firstToken })
      if (flags.json) printJson({ event: 'ready', role, url })
      else
        print(
          `${paint.strong(role)} is up${url === null ? '' : ` on ${url}`} ${paint.faint('(Ctrl-C stops it in order)')}`,
        )
    },
  })
}

import { Check } from 'typebox/value'
import { ConfigSchema, EXIT, startMessage, stopSignal, tellSupervisor } from '../platform/index.ts'
import { codeOf, exitCodeFor, messageOf } from './cli-error.ts'
import { ROLES, type Role, type RoleRun, roleLogger, runRole } from './roles.ts'
import { ROLE_STOP_MILLISECONDS } from './stop-limits.ts'

/** What the supervisor starts a role's process with. */
export type RoleOrder = Pick<RoleRun, 'role' | 'config' | 'simulated'>

// The process of one role, started by the supervisor.
const order = readOrder(await startMessage())
const logger = roleLogger(order.role, order.config)
const signal = stopSignal({ logger, limitMilliseconds: ROLE_STOP_MILLISECONDS })
try {
  await runRole({ ...order, logger, signal, ready: ({ url }) => void tellSupervisor({ kind: 'ready', url }) })
  process.exit(EXIT.ok)
} catch (error) {
  logger.error({ err: error }, 'the role cannot go on')
  await tellSupervisor({ kind: 'failed', code: codeOf(error) ?? 'UNEXPECTED', message: messageOf(error) })
  process.exit(exitCodeFor(error))
}

function readOrder(payload: unknown): RoleOrder {
  if (
    typeof payload !== 'object' ||
    payload === null ||
    !('role' in payload) ||
    !('config' in payload) ||
    !('simulated' in payload)
  )
    throw new TypeError('a role process is started by "opentape up" only')
  const role = ROLES.find((each): each is Role => each === payload.role)
  if (role === undefined || !Check(ConfigSchema, payload.config))
    throw new TypeError('the order to the role process cannot be read')
  return { role, config: payload.config, simulated: payload.simulated === true }
}

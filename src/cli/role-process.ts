import { Check } from 'typebox/value'
import { ConfigSchema, createLogger, EXIT, startMessage, stopSignal, tellSupervisor } from '../platform/index.ts'
import { codeOf, exitCodeFor, messageOf } from './cli-error.ts'
import { fitHeapToLoad } from './heap-growth.ts'
import { loadRole, ROLE_VARIABLE, ROLES, type Role, type RoleOrder, roleLogger, runRole } from './roles.ts'
import { ROLE_STOP_MILLISECONDS } from './stop-limits.ts'

// The process of one role, started by the supervisor. It may be told to stop before it has been told what to do.
const coming = startMessage()
const role = ROLES.find((each) => each === process.env[ROLE_VARIABLE])
const signal = stopSignal({
  logger: createLogger({ role: role ?? 'role', level: 'error', format: 'auto' }),
  limitMilliseconds: ROLE_STOP_MILLISECONDS,
})
const endIdle = () => process.exit(EXIT.ok)
signal.addEventListener('abort', endIdle)
if (role !== undefined) await loadRole(role)
const order = readOrder(await coming)
signal.removeEventListener('abort', endIdle)
fitHeapToLoad()
const logger = roleLogger(order.role, order.config)
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

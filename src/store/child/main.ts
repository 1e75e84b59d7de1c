import { mkdir } from 'node:fs/promises'
import { Engine } from './engine.ts'
import { engineArguments } from './engine-options.ts'
import { HttpInterface } from './http-interface.ts'
import type { FromChild, ToChild } from './messages.ts'

/** If the engine has not come to an end by then, it is ended: it loses nothing that was acknowledged. */
const STOP_MILLISECONDS = 20_000

let engine: Engine | undefined
let http: HttpInterface | undefined
let stopping = false

/** Leaving with native work under way crashes in the engine's own teardown; SIGKILL is the clean way out of a fault. */
function die(what: string, cause: unknown): void {
  process.stderr.write(
    `store child: ${what}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`,
  )
  process.kill(process.pid, 'SIGKILL')
}

function say(message: FromChild): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve()
    else process.send(message, () => resolve())
  })
}

async function start(order: Extract<ToChild, { type: 'start' }>): Promise<void> {
  try {
    await mkdir(order.directory, { recursive: true, mode: 0o700 })
    engine = await Engine.open(order.directory, order.database, await engineArguments(order.directory))
    http = new HttpInterface(engine, order.accounts)
    const port = await http.listen(order.host, order.port)
    await say({ type: 'ready', port })
  } catch (cause) {
    await say({ type: 'failed', reason: cause instanceof Error ? cause.message : String(cause) })
    die('cannot start', cause)
  }
}

async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  setTimeout(() => die('did not stop in time', `${STOP_MILLISECONDS} ms`), STOP_MILLISECONDS).unref()
  await http?.stop()
  await engine?.close()
  process.exit(0)
}

process.on('uncaughtException', (cause) => die('uncaught exception', cause))
process.on('unhandledRejection', (cause) => die('unhandled rejection', cause))
// A terminal sends Ctrl-C, and a service manager SIGTERM, to every process of the group; the supervisor says when it is this
// one's turn.
process.on('SIGTERM', () => undefined)
process.on('SIGINT', () => undefined)
process.on('disconnect', () => void stop())
process.on('message', (message: ToChild) => {
  if (message.type === 'start') void start(message)
  else void stop()
})

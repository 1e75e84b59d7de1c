import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openControl } from '../../control/index.ts'
import { openLog } from '../../log/index.ts'
import { type Config, withoutSecrets } from '../../platform/index.ts'
import { openStore, parseStoreAddress, superviseStore } from '../../store/index.ts'
import { messageOf } from '../cli-error.ts'
import { EMBEDDED } from '../parts.ts'
import { type CheckResult, failed, ok, unreachable } from './check.ts'

const REINSTALL = 'Run "npm install" again, with install scripts allowed; the message above names what is missing'

/** Whether the store can be used: the engine loads and answers, or the server does. */
export async function checkStore(config: Config): Promise<CheckResult> {
  if (config.store.url !== EMBEDDED) {
    return await attempt(
      'store',
      withoutSecrets(config.store.url),
      'Check store.url, and that the server is up',
      unreachable,
      async () => {
        const store = openStore(parseStoreAddress(config.store.url))
        await store.ping().finally(() => store.close())
        return 'answers'
      },
    )
  }
  return await attempt('store', 'embedded engine', REINSTALL, failed, () =>
    inScratch(async (directory) => {
      const begun = performance.now()
      const store = await superviseStore({
        directory: join(directory, 'store'),
        secretsDirectory: join(directory, 'secrets'),
        host: '127.0.0.1',
        port: 0,
      })
      await store.stop()
      return `loads, answers and stops in ${Math.round(performance.now() - begun)} ms`
    }),
  )
}

/** Whether the log can be used. */
export async function checkLog(config: Config): Promise<CheckResult> {
  if (config.log.url !== EMBEDDED) {
    return await attempt(
      'log',
      withoutSecrets(config.log.url),
      'Check log.url, and that the server is up',
      unreachable,
      async () => {
        const log = await openLog(config.log.url)
        await log.close()
        return 'answers'
      },
    )
  }
  return await attempt('log', 'embedded', REINSTALL, failed, () =>
    inScratch(async (directory) => {
      const log = await openLog(join(directory, 'log'))
      try {
        await log.append('alerts', [{ key: 'doctor', value: new TextEncoder().encode('{}') }])
      } finally {
        await log.close()
      }
      return 'takes records durably'
    }),
  )
}

/** Whether the control database can be used. */
export async function checkControl(config: Config): Promise<CheckResult> {
  if (config.control.url !== EMBEDDED) {
    return await attempt(
      'control database',
      withoutSecrets(config.control.url),
      'Check control.url, and that the server is up',
      unreachable,
      async () => {
        const control = await openControl({ url: config.control.url, file: '' })
        await control.close()
        return 'answers'
      },
    )
  }
  return await attempt('control database', 'embedded', REINSTALL, failed, () =>
    inScratch(async (directory) => {
      const control = await openControl({ url: EMBEDDED, file: join(directory, 'control.sqlite') })
      await control.tokens.list().finally(() => control.close())
      return 'opens'
    }),
  )
}

async function attempt(
  check: string,
  what: string,
  advice: string,
  otherwise: (check: string, detail: string, advice: string) => CheckResult,
  work: () => Promise<string>,
): Promise<CheckResult> {
  try {
    return ok(check, `${what} ${await work()}`)
  } catch (cause) {
    return otherwise(check, `${what}: ${withoutSecrets(messageOf(cause))}`, advice)
  }
}

async function inScratch(work: (directory: string) => Promise<string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'opentape-doctor-'))
  try {
    return await work(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

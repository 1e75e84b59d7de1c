import { EXIT, type LoadedConfig, stopSignal } from '../../platform/index.ts'
import { DataDirectory } from '../data-directory.ts'
import { makeFirstToken } from '../first-token.ts'
import { fitHeapToLoad } from '../heap-growth.ts'
import { roleLogger } from '../roles.ts'
import { TOTAL_STOP_MILLISECONDS } from '../stop-limits.ts'
import { setAllocator } from './allocator.ts'
import { UpParts } from './up-parts.ts'
import type { UpReport } from './up-report.ts'
import { watchVenues } from './venue-watch.ts'

export interface UpOptions {
  readonly loaded: LoadedConfig
  readonly simulated: boolean
  readonly report: UpReport
}

/** Starts every part as a process of its own, keeps them running, and stops them in order. Resolves with the exit code. */
export async function up(options: UpOptions): Promise<number> {
  const { loaded, simulated, report } = options
  const { config } = loaded
  const begun = performance.now()
  const directory = new DataDirectory(config.data)
  directory.prepare(simulated ? 'simulated' : 'live')
  const lock = directory.hold('up')
  setAllocator(simulated)
  fitHeapToLoad()
  report.say({ event: 'starting', simulated, data: config.data, config: loaded.file })
  const logger = roleLogger('up', config)
  const signal = stopSignal({ logger, limitMilliseconds: TOTAL_STOP_MILLISECONDS })
  const firstToken = await makeFirstToken(config, logger)
  const parts = new UpParts({ config, directory, simulated, report, logger, signal })
  try {
    const url = await Promise.race([parts.start(), untilAborted(signal)])
    if (url === undefined) return EXIT.ok
    if (firstToken !== undefined) report.say({ event: 'token', text: firstToken })
    report.say({ event: 'ready', url, simulated, milliseconds: Math.round(performance.now() - begun) })
    await Promise.race([watchVenues(() => parts.collectorUrl, report, signal), parts.beyondHope])
    return EXIT.ok
  } catch (error) {
    // Told to stop while it was starting: that is no fault.
    if (signal.aborted) return EXIT.ok
    throw error
  } finally {
    report.say({ event: 'stopping' })
    await parts.stop()
    lock.release()
    report.say({ event: 'stopped' })
  }
}

function untilAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}

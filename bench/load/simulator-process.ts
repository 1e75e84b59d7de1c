import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { SimulatorOptions, VenueEndpoints } from '../../src/simulator/index.ts'
import { processorSeconds } from '../support/installation.ts'
import type { SimulatorCounts } from './simulator-child.ts'

/** Room for them, in MB: the exchanges share the cores with what is measured, and should take little of them. */
const YOUNG_OBJECTS = ['--max-semi-space-size=32']

/** Simulated exchanges in a process of their own. */
export class SimulatorProcess {
  readonly endpoints: Readonly<Record<string, VenueEndpoints>>
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, endpoints: Readonly<Record<string, VenueEndpoints>>) {
    this.#child = child
    this.endpoints = endpoints
  }

  static async start(options: SimulatorOptions): Promise<SimulatorProcess> {
    const child = fork(join(import.meta.dirname, 'simulator-child.ts'), {
      serialization: 'advanced',
      execArgv: YOUNG_OBJECTS,
    })
    child.send({ ...options })
    const [answer] = (await once(child, 'message')) as [{ endpoints: Readonly<Record<string, VenueEndpoints>> }]
    return new SimulatorProcess(child, answer.endpoints)
  }

  get processorSeconds(): number {
    return processorSeconds(this.#child.pid ?? 0)
  }

  /** Since the start. */
  async counts(): Promise<SimulatorCounts> {
    this.#child.send('report')
    const [counts] = (await once(this.#child, 'message')) as [SimulatorCounts]
    return counts
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.disconnect()
    await exit
  }
}

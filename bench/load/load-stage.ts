import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { processorSeconds } from '../support/installation.ts'
import type { ClientOrder, ClientReport, SourceOrder, SourceReport } from './load-protocol.ts'

/** The load source, in a process of its own. */
export class LoadSource {
  readonly port: number
  /** Bytes of a frame, on average. */
  readonly frameBytes: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number, frameBytes: number) {
    this.#child = child
    this.port = port
    this.frameBytes = frameBytes
  }

  static async start(): Promise<LoadSource> {
    const child = fork(join(import.meta.dirname, 'load-source.ts'), { serialization: 'advanced' })
    const [report] = (await once(child, 'message')) as [SourceReport]
    if (report.kind !== 'listening') throw new Error('the load source did not start')
    return new LoadSource(child, report.port, report.bytes)
  }

  get processorSeconds(): number {
    return processorSeconds(this.#child.pid ?? 0)
  }

  /** Frames a second from now on. */
  rate(perSecond: number): void {
    this.#child.send({ kind: 'rate', perSecond } satisfies SourceOrder)
  }

  /** Frames handed to the network since the start. */
  async sent(): Promise<number> {
    this.#child.send({ kind: 'report' } satisfies SourceOrder)
    const [report] = (await once(this.#child, 'message')) as [SourceReport]
    return report.kind === 'sent' ? report.frames : 0
  }

  async stop(): Promise<void> {
    await ended(this.#child)
  }
}

/** A WebSocket client, in a process of its own. */
export class LoadClient {
  readonly #child: ChildProcess

  constructor(order: ClientOrder) {
    this.#child = fork(join(import.meta.dirname, 'load-client.ts'), { serialization: 'advanced' })
    this.#child.send({ order })
  }

  get processorSeconds(): number {
    return processorSeconds(this.#child.pid ?? 0)
  }

  /** What came since it was asked last. */
  async report(): Promise<ClientReport> {
    this.#child.send('report')
    const [report] = (await once(this.#child, 'message')) as [ClientReport]
    return report
  }

  async stop(): Promise<void> {
    await ended(this.#child)
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exit = once(child, 'exit')
  child.disconnect()
  await exit
}

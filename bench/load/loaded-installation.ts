import { Installation, type PartProcess } from '../support/installation.ts'
import { LoadClient, LoadSource } from './load-stage.ts'

const CHANNELS = ['trade', 'quote', 'book'] as const

/** What each stage has done in a stretch of time. */
export interface Stretch {
  readonly seconds: number
  /** Events a second. */
  readonly sent: number
  readonly stored: number
  readonly pushed: number
  /** Seconds that the store is behind the tape at the end. */
  readonly lagSeconds: number
  readonly conflated: number
  readonly closed: string | null
  readonly ages: readonly [number, number, number, number]
  /** Share of one core that each process took. */
  readonly cores: ReadonlyMap<PartProcess['part'] | 'load source' | 'measuring client', number>
}

/** An installation that listens to the load source, with one client who takes everything. */
export class LoadedInstallation {
  readonly source: LoadSource
  readonly installation: Installation
  #client: LoadClient

  private constructor(source: LoadSource, installation: Installation, client: LoadClient) {
    this.source = source
    this.installation = installation
    this.#client = client
  }

  static async start(): Promise<LoadedInstallation> {
    const source = await LoadSource.start()
    const endpoints = { rest: `http://127.0.0.1:${source.port}`, ws: `ws://127.0.0.1:${source.port}` }
    const installation = await Installation.prepare({
      venues: {
        binance: { instruments: ['*'], channels: [...CHANNELS], endpoints },
        coinbase: { enabled: false },
        kraken: { enabled: false },
      },
    })
    source.rate(2_000)
    await installation.start()
    await installation.until('every feed is synchronised', async () => {
      const { feeds } = await installation.json<{ feeds: Record<string, number> }>(`${installation.api}/status`)
      return (feeds.synchronised ?? 0) >= 60 && feeds.recovering === 0
    })
    return new LoadedInstallation(source, installation, clientOf(installation, [subscriptionsTo('*')]))
  }

  /** Puts others in place of the client who takes everything: one connection for each name of an instrument. */
  async serve(instruments: readonly string[]): Promise<void> {
    await this.#client.stop()
    this.#client = clientOf(this.installation, instruments.map(subscriptionsTo))
    await this.installation.until('every client is connected', async () => {
      const { open, closed } = await this.#client.report()
      if (closed !== null) throw new Error(closed)
      return open === instruments.length
    })
  }

  /** Loads it at a rate: first unmeasured, to warm up, then measured. */
  async load(perSecond: number, warmUpSeconds: number, seconds: number): Promise<Stretch> {
    this.source.rate(perSecond)
    await pause(warmUpSeconds)
    const before = await this.#stand()
    await this.#client.report()
    const started = performance.now()
    await pause(seconds)
    const elapsed = (performance.now() - started) / 1_000
    const report = await this.#client.report()
    const after = await this.#stand()
    const cores = new Map(
      [...after.cores].map(([part, used]) => [part, (used - (before.cores.get(part) ?? 0)) / elapsed]),
    )
    return {
      seconds: elapsed,
      sent: (after.sent - before.sent) / elapsed,
      stored: (after.stored - before.stored) / elapsed,
      pushed: report.events / elapsed,
      lagSeconds: after.lagSeconds,
      conflated: report.conflated,
      closed: report.closed,
      ages: report.ages,
      cores,
    }
  }

  /** Stops the load and waits until everything is stored. */
  async drain(): Promise<void> {
    this.source.rate(0)
    await this.installation.until('the store has caught up', async () => (await this.#lag()) < 1, 600_000)
  }

  async stop(): Promise<void> {
    await this.#client.stop()
    await this.installation.stop()
    await this.source.stop()
  }

  async #stand(): Promise<{ sent: number; stored: number; lagSeconds: number; cores: Map<never, number> }> {
    const cores = new Map<string, number>(this.installation.processorSeconds())
    cores.set('load source', this.source.processorSeconds)
    cores.set('measuring client', this.#client.processorSeconds)
    const [sent, stored, lagSeconds] = await Promise.all([this.source.sent(), this.#stored(), this.#lag()])
    return { sent, stored, lagSeconds, cores: cores as Map<never, number> }
  }

  /** Events that the store has acknowledged. */
  async #stored(): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.installation.ports.processor}/metrics`)
    let sum = 0
    for (const line of (await response.text()).split('\n')) {
      const match = /^opentape_processor_rows_stored_total\{[^}]*table="(\w+)"[^}]*\} (\d+)/.exec(line)
      if (match !== null && ['trades', 'quotes', 'book_updates'].includes(match[1] ?? '')) sum += Number(match[2])
    }
    return sum
  }

  async #lag(): Promise<number> {
    const url = `http://127.0.0.1:${this.installation.ports.processor}/health`
    const { sink } = await this.installation.json<{ sink: { lagSeconds: number } }>(url)
    return sink.lagSeconds
  }
}

function clientOf({ api }: Installation, connections: readonly (readonly string[])[]): LoadClient {
  return new LoadClient({ url: `${api.replace('http', 'ws')}/stream`, connections, work: 'count' })
}

function subscriptionsTo(instrument: string): string[] {
  return CHANNELS.map((channel) =>
    JSON.stringify({ op: 'subscribe', id: channel, venue: '*', instrument, channel, snapshot: false }),
  )
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
}

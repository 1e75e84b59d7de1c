import { type SimulatedVenue, type Simulator, startSimulator } from '../../src/simulator/index.ts'
import { Opentape } from '../support/opentape.ts'
import { until } from '../support/until.ts'

const ASSETS: readonly string[] = ['BTC', 'ETH', 'SOL', 'XRP']
/** What the ledger can be compared with. */
const CHANNELS = ['trade', 'quote', 'book', 'ticker'] as const

export interface StageOptions {
  readonly seed: number
  /** Exchanges that are simulated; binance, coinbase and kraken if absent. */
  readonly venues?: readonly SimulatedVenue[]
  /** Market events a second over all venues. */
  readonly rate?: number
  /** Collectors that watch the exchanges; one if absent. */
  readonly lines?: number
}

/** Simulated exchanges and a whole Opentape on them, in processes of its own that can be killed. */
export class Stage {
  readonly simulator: Simulator
  readonly opentape: Opentape

  private constructor(simulator: Simulator, opentape: Opentape) {
    this.simulator = simulator
    this.opentape = opentape
  }

  /** The market stands still until `simulator.control.resume()`. */
  static async set(options: StageOptions): Promise<Stage> {
    const simulator = await startSimulator({
      seed: options.seed,
      ...(options.venues === undefined ? {} : { venues: options.venues }),
      instruments: [...ASSETS],
      rate: options.rate ?? 400,
      historyTrades: 200,
      bookLevels: 40,
      limits: false,
    })
    await simulator.control.quiesce()
    const instruments = [...ASSETS, 'NEAR'].map((asset) => `${asset}-*`)
    const venues = Object.entries(simulator.endpoints).map(([venue, endpoints]) => [
      venue,
      { instruments, endpoints, channels: CHANNELS },
    ])
    return new Stage(simulator, await Opentape.prepare(Object.fromEntries(venues), options.lines))
  }

  /** Resolves when every exchange is connected and every book is live. */
  async untilConnected(): Promise<void> {
    const { opentape } = this
    await until('every venue is connected and every book is there', async () => {
      const health = await opentape.json<{ venues: { state: string; subscriptions: number }[] }>(
        `http://127.0.0.1:${opentape.ports.collector}/health`,
      )
      const connected = health.venues.filter(
        ({ state, subscriptions }) => state === 'connected' && subscriptions >= CHANNELS.length,
      )
      if (connected.length < Object.keys(this.simulator.endpoints).length) return false
      for (const { venue, instrument, active } of this.simulator.control.ledger.books()) {
        if (!active || !ASSETS.includes(instrument.split('-')[0] ?? '')) continue
        if (!(await opentape.json<{ live?: boolean }>(`${opentape.api}/books/${venue}/${instrument}`)).live)
          return false
      }
      return true
    })
  }

  async stop(): Promise<void> {
    await this.opentape.stop()
    await this.simulator.stop()
  }
}

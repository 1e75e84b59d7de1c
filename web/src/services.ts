import { createContext, useContext, useSyncExternalStore } from 'react'
import { browserStream } from './api/browser-stream.ts'
import { getMarkets, getStatus } from './api/rest.ts'
import { StreamClient } from './api/stream-client.ts'
import { browserFrames, Coalescer } from './state/coalescer.ts'
import { MarketStore } from './state/market-store.ts'
import { Router } from './state/router.ts'
import { Settings } from './state/settings.ts'
import type { Signal } from './state/signal.ts'
import { StatusStore } from './state/status-store.ts'

/** How often the whole list is read anew: it brings new markets, sparklines and what no stream carries. */
const MARKETS_POLL_MILLISECONDS = 10_000
/** A long list is read in pages, so less often. */
const LONG_LIST_POLL_MILLISECONDS = 60_000
const LONG_LIST = 1_000
const SLOW_FRAME_MILLISECONDS = 500
const MARKETS_RETRY_MILLISECONDS = 3_000

/** Everything that lives as long as the page does. */
export class Services {
  readonly coalescer = new Coalescer(browserFrames())
  /** For long tables that are put in order as a whole. */
  readonly slowly = new Coalescer(browserFrames(SLOW_FRAME_MILLISECONDS))
  readonly stream = new StreamClient(browserStream())
  readonly settings = new Settings()
  readonly router = new Router()
  readonly status = new StatusStore(getStatus)
  readonly markets = new MarketStore(this.coalescer)
  #marketsTimer: ReturnType<typeof setTimeout> | undefined

  start(): void {
    this.stream.start()
    this.status.start()
    void this.loadMarkets()
    let unknown = 0
    // A market that is not in the list yet has just been listed: look again, but not for each of its messages.
    this.markets.unknownMarkets.subscribe(() => {
      if (unknown === 0)
        setTimeout(() => void this.loadMarkets().finally(() => (unknown = 0)), MARKETS_RETRY_MILLISECONDS)
      unknown++
    })
  }

  /** Reads the list of markets now, and again after a while. */
  readonly loadMarkets = async (): Promise<void> => {
    clearTimeout(this.#marketsTimer)
    try {
      const markets = await getMarkets()
      this.markets.replace(markets)
      this.markets.load.set({ kind: 'ready' })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const status = error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 0
      this.markets.load.set({ kind: 'failed', message, status })
    }
    const count = this.markets.rows.size
    const settled = this.markets.load.get().kind === 'ready' && count > 0
    const pause = count > LONG_LIST ? LONG_LIST_POLL_MILLISECONDS : MARKETS_POLL_MILLISECONDS
    clearTimeout(this.#marketsTimer)
    this.#marketsTimer = setTimeout(this.loadMarkets, settled ? pause : MARKETS_RETRY_MILLISECONDS)
  }
}

export const ServicesContext = createContext<Services | null>(null)

/** @throws Error outside of the provider, which is a mistake in the page itself. */
export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (services === null) throw new Error('useServices outside of ServicesContext')
  return services
}

export function useSignal<T>(signal: Signal<T>): T {
  return useSyncExternalStore(signal.subscribe, signal.get)
}

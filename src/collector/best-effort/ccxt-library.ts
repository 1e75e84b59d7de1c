import { CollectorError } from '../collector-error.ts'

/** The part of a ccxt market that is read. Numbers are text, as the exchange is asked to give them. */
export interface CcxtMarket {
  readonly id: string
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly settle?: string
  readonly type?: string
  readonly swap?: boolean
  readonly future?: boolean
  readonly option?: boolean
  readonly active?: boolean
  readonly linear?: boolean
  readonly inverse?: boolean
  readonly contractSize?: string | number
  readonly expiry?: number
  readonly strike?: string | number
  readonly optionType?: string
  readonly precision?: { readonly price?: string | number; readonly amount?: string | number }
}

export interface CcxtTrade {
  readonly id?: string
  readonly timestamp?: number
  readonly price?: string | number
  readonly amount?: string | number
  readonly side?: string
}

export interface CcxtBook {
  readonly bids: readonly (readonly (string | number)[])[]
  readonly asks: readonly (readonly (string | number)[])[]
  readonly timestamp?: number
  readonly nonce?: number
}

export interface CcxtTicker {
  readonly timestamp?: number
  readonly last?: string | number
  readonly open?: string | number
  readonly high?: string | number
  readonly low?: string | number
  readonly baseVolume?: string | number
  readonly quoteVolume?: string | number
}

/** The part of a ccxt exchange that is used. */
export interface CcxtExchange {
  readonly has: Readonly<Record<string, unknown>>
  readonly name?: string
  loadMarkets(reload?: boolean): Promise<Readonly<Record<string, CcxtMarket>>>
  watchTrades(symbol: string): Promise<readonly CcxtTrade[]>
  watchOrderBook(symbol: string, limit?: number): Promise<CcxtBook>
  watchTicker(symbol: string): Promise<CcxtTicker>
  fetchTrades(symbol: string): Promise<readonly CcxtTrade[]>
  fetchOrderBook(symbol: string, limit?: number): Promise<CcxtBook>
  fetchTicker(symbol: string): Promise<CcxtTicker>
  close(): Promise<unknown>
}

/** Makes an exchange by its ccxt id. @throws CollectorError if ccxt is not installed, or does not know it */
export type CcxtFactory = (id: string) => Promise<CcxtExchange>

type Constructor = new (options: object) => CcxtExchange

/** Loads ccxt, which is no dependency of the project: whoever wants its exchanges installs it beside. */
export const loadCcxtExchange: CcxtFactory = async (id) => {
  // In a variable, so that nobody who builds or checks the project needs it.
  const name = 'ccxt'
  let library: { default?: { pro?: Readonly<Record<string, Constructor>> } & Readonly<Record<string, unknown>> }
  try {
    library = await import(name)
  } catch (cause) {
    throw new CollectorError(
      'COLLECTOR_CCXT_MISSING',
      `ccxt:${id} needs the package ccxt, which is not installed: npm install ccxt`,
      { cause },
    )
  }
  const { default: ccxt } = library
  const known = ccxt?.pro?.[id] ?? ccxt?.[id]
  if (ccxt === undefined || !isConstructor(known)) {
    throw new CollectorError('COLLECTOR_VENUE_UNKNOWN', `ccxt knows no exchange ${JSON.stringify(id)}`)
  }
  // Numbers as text: ccxt then hands the venue's digits on where its own parsing keeps them.
  return new known({ number: String, newUpdates: true, enableRateLimit: true })
}

function isConstructor(value: unknown): value is Constructor {
  return typeof value === 'function'
}

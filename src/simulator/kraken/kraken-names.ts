import type { ListingSpecification } from '../model/catalogue.ts'

/*
 * Kraken's REST uses its own codes: XBT for bitcoin and XDG for dogecoin, older assets with an X and currencies with a Z in
 * front ("XXBTZUSD", wsname "XBT/USD"), while WebSocket v2 writes BTC/USD and DOGE/USD.
 * https://docs.kraken.com/api/docs/rest-api/get-tradable-asset-pairs, looked at 2026-11-22.
 */
const OLD_CODES: Readonly<Record<string, string>> = { BTC: 'XBT', DOGE: 'XDG' }
const LEGACY = new Set(['XBT', 'ETH', 'LTC', 'XRP', 'XDG'])

/** How REST names a pair. */
export interface KrakenNames {
  /** The key of REST answers. */
  readonly key: string
  readonly altname: string
  readonly wsname: string
  readonly base: string
  readonly quote: string
}

export function krakenNames(specification: ListingSpecification): KrakenNames {
  const code = OLD_CODES[specification.base] ?? specification.base
  const legacy = LEGACY.has(code)
  const base = legacy ? `X${code}` : code
  const quote = `Z${specification.quote}`
  const altname = `${code}${specification.quote}`
  // Dogecoin's asset has the prefix, its pair has not.
  const key = legacy && code !== 'XDG' ? `${base}${quote}` : altname
  return { key, altname, wsname: `${code}/${specification.quote}`, base, quote }
}

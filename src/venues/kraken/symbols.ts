import type { AssetId, VenueSymbol } from '../../market/index.ts'

/**
 * Assets that REST and WebSocket v1 call otherwise than v2 does. "Symbol format: v1 `XBT/USD`, v2 `BTC/USD`":
 * https://docs.kraken.com/exchange/api-reference/spot-websocket (2026-11-22)
 */
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ['XBT', 'BTC'],
  ['XDG', 'DOGE'],
])
const NEW_NAMES: ReadonlyMap<string, string> = new Map([...OLD_NAMES].map(([old, now]) => [now, old]))

/** An asset by the name that v2 and we give it. */
export function assetOf(name: string): AssetId {
  return (OLD_NAMES.get(name) ?? name) as AssetId
}

/** `XBT/USD` as `BTC/USD`. */
export function symbolOf(oldName: string): VenueSymbol {
  return oldName
    .split('/')
    .map((name) => OLD_NAMES.get(name) ?? name)
    .join('/') as VenueSymbol
}

/** `BTC/USD` as `XBT/USD`. */
export function oldSymbolOf(symbol: string): VenueSymbol {
  return symbol
    .split('/')
    .map((name) => NEW_NAMES.get(name) ?? name)
    .join('/') as VenueSymbol
}

/** The name of a pair in REST requests, `XBTUSD`: the old name without its slash, which is its `altname`. */
export function restPairOf(symbol: string): string {
  return oldSymbolOf(symbol).replace('/', '')
}

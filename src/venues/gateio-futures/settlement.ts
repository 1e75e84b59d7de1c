/** What a contract is settled in, and whether it is dated: each has addresses of its own, for the socket and over REST. */
type Settlement = 'usdt' | 'btc' | 'usd1' | 'delivery/usdt'

/**
 * Every settlement, the largest first. "wss://fx-ws.gateio.ws/v4/ws/btc", "…/usdt", "…/usd1" (futures WebSocket), "…/delivery/usdt"
 * (https://www.gate.com/docs/developers/delivery/ws/en/, both 2026-11-22).
 */
export const SETTLEMENTS: readonly Settlement[] = ['usdt', 'btc', 'usd1', 'delivery/usdt']

/** `BTC_USDT_20261225`: the only dated contracts that REST lists are settled in USDT. */
const DATED = /_USDT_\d{8}$/

export function isDated(symbol: string): boolean {
  return DATED.test(symbol)
}

/** The settlement of a contract: its quote asset, but `BTC_USD` and its like are settled in bitcoin. */
export function settlementOf(symbol: string): Settlement {
  if (isDated(symbol)) return 'delivery/usdt'
  if (symbol.endsWith('_USDT')) return 'usdt'
  return symbol.endsWith('_USD1') ? 'usd1' : 'btc'
}

/** Where the REST paths of a settlement begin. */
export function restOf(settlement: string): string {
  return settlement.startsWith('delivery/') ? `/api/v4/${settlement}` : `/api/v4/futures/${settlement}`
}

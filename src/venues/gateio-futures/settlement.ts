/** What a contract is settled in: each has addresses of its own, for the socket and over REST. */
type Settlement = 'usdt' | 'btc' | 'usd1'

/** Every settlement, the largest first. "wss://fx-ws.gateio.ws/v4/ws/btc", "…/usdt", "…/usd1" (futures WebSocket, 2026-11-22). */
export const SETTLEMENTS: readonly Settlement[] = ['usdt', 'btc', 'usd1']

/** The settlement of a contract: its quote asset, but `BTC_USD` and its like are settled in bitcoin. */
export function settlementOf(symbol: string): Settlement {
  if (symbol.endsWith('_USDT')) return 'usdt'
  return symbol.endsWith('_USD1') ? 'usd1' : 'btc'
}

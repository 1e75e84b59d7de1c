/** What is margined alike has sockets and REST paths of its own. */
export type Family = 'linear' | 'inverse'

export const FAMILIES: readonly Family[] = ['linear', 'inverse']

interface Addresses {
  readonly market: string
  readonly notice: string
  /** Index and mark prices; one socket for both families. */
  readonly index: string
  readonly api: string
  readonly history: string
}

/**
 * "wss://api.hbdm.com/linear-swap-ws", "…/linear-swap-notification", "…/ws_index": https://www.htx.com/en-us/opend/newApiPages/ (2026-11-22).
 * A code of the other family is an "invalid topic".
 */
export const ADDRESSES: Readonly<Record<Family, Addresses>> = {
  linear: {
    market: '/linear-swap-ws',
    notice: '/linear-swap-notification',
    index: '/ws_index',
    api: '/linear-swap-api/v1',
    history: '/linear-swap-ex/market/history',
  },
  inverse: {
    market: '/swap-ws',
    notice: '/swap-notification',
    index: '/ws_index',
    api: '/swap-api/v1',
    history: '/swap-ex/market/history',
  },
}

/** `BTC-USD` is margined in coins, `BTC-USDT` and `BTC-USDT-261225` in USDT. */
export function familyOf(symbol: string): Family {
  return symbol.endsWith('-USD') ? 'inverse' : 'linear'
}

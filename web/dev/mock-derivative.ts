/** MOCK: what a perpetual says beside its trades and its book. Every number is invented. */
import type { MockMessage } from './mock-world.ts'

const NAME = { venue: 'binance', instrument: 'BTC-USD-PERP', symbol: 'BTCUSD_PERP' }
const HOURS_8 = 8 * 3_600_000_000

function micros(): number {
  return Date.now() * 1_000
}

/** Reference data of the perpetual: an inverse contract of 100 USD. */
export function derivativeDefinition(spot: object): object {
  return {
    ...spot,
    ...NAME,
    kind: 'perpetual',
    quote: 'USD',
    settleCurrency: 'BTC',
    contractSize: '100',
    contractUnit: 'quote',
    tickSize: '0.1',
    lotSize: '1',
  }
}

/** Everything of one channel that the perpetual has to say now. */
export function derivativeMessages(channel: string): MockMessage[] {
  const now = micros()
  const times = { exchangeTime: now, receiveTime: now }
  const message = (payload: object): MockMessage => ({
    messageType: channel,
    timestamp: now,
    payload: { ...NAME, ...payload, ...times },
  })
  switch (channel) {
    case 'funding': {
      const rates = { rate: '0.0001', predictedRate: '-0.000034', intervalSeconds: 28_800 }
      return [message({ ...rates, fundingTime: (Math.floor(now / HOURS_8) + 1) * HOURS_8 })]
    }
    case 'mark-price':
      return [message({ markPrice: '61042.7', indexPrice: '61030.2' })]
    case 'open-interest':
      return [message({ openInterest: '4812345', value: null })]
    case 'liquidation':
      return [message({ id: 'live-1', price: '61010.4', amount: '35', side: 'sell' })]
    default:
      return []
  }
}

/** Liquidations of the past, newest first. */
export function derivativeLiquidations(limit: number): object[] {
  return Array.from({ length: Math.min(limit, 20) }, (_, index) => {
    const time = micros() - (index + 1) * 47_000_000
    const price = (61_000 + Math.sin(index) * 80).toFixed(1).replace(/\.0$/, '')
    const side = index % 3 === 1 ? 'buy' : 'sell'
    const amount = String(1 + ((index * 37) % 90))
    return { ...NAME, id: `past-${index}`, price, amount, side, exchangeTime: time, receiveTime: time }
  })
}

export function isDerivative(instrument: string | null | undefined): boolean {
  return instrument === NAME.instrument
}

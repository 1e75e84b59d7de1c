import { type AssetId, type DecimalText, fromUnits, toUnits } from '../../market/index.ts'

/** A traded name of BitMEX's, in our words. */
export interface TradedAsset {
  readonly asset: AssetId
  /** How many of the asset the name stands for; absent for one. */
  readonly multiplier?: DecimalText
}

/** `100BONK`, `1000PEPE`. */
const MANY = /^(10{2,})([A-Z][A-Z0-9]+)$/

/** BitMEX writes bitcoin as ISO 4217 writes what is no nation's: with an X in front. */
const SAME: ReadonlyMap<string, string> = new Map([
  ['XBT', 'BTC'],
  ['XDG', 'DOGE'],
])

/** The asset that a code stands for. */
export function tradedAsset(code: string): TradedAsset {
  const many = MANY.exec(code)
  if (many !== null) return { asset: identityOf(many[2] ?? code), multiplier: many[1] as DecimalText }
  return { asset: identityOf(code) }
}

function identityOf(code: string): AssetId {
  return (SAME.get(code) ?? code) as AssetId
}

/** In what settlements are counted, as digits after the point of the asset. `XBt` is a satoshi. */
const SETTLEMENTS: ReadonlyMap<string, { readonly asset: string; readonly scale: number }> = new Map([
  ['XBt', { asset: 'BTC', scale: 8 }],
  ['USDt', { asset: 'USDT', scale: 6 }],
  ['USDc', { asset: 'USDC', scale: 6 }],
  ['Gwei', { asset: 'ETH', scale: 9 }],
  ['LAMp', { asset: 'SOL', scale: 9 }],
])

/** The asset of a `settlCurrency`. */
export function settlementAsset(code: string): AssetId {
  return (SETTLEMENTS.get(code)?.asset ?? code.toUpperCase()) as AssetId
}

/** An amount in the smallest unit of a `settlCurrency`, in the asset itself; null where its unit is not known. */
export function settlementAmount(units: DecimalText, code: string | undefined): DecimalText | null {
  const scale = SETTLEMENTS.get(code ?? '')?.scale
  return scale === undefined || units.includes('.') ? null : fromUnits(BigInt(units), scale)
}

/** Most digits after the point of a contract's size. */
const MAXIMUM_SCALE = 18

/** `dividend / divisor` where that is a decimal of bounded length; undefined where it is not. */
export function exactRatio(dividend: DecimalText, divisor: DecimalText): DecimalText | undefined {
  if (dividend.includes('.') || divisor.includes('.') || divisor === '0') return undefined
  const whole = toUnits(divisor, 0)
  for (let scale = 0; scale <= MAXIMUM_SCALE; scale++) {
    const units = toUnits(dividend, scale)
    if (units % whole === 0n) return fromUnits(units / whole, scale)
  }
  return undefined
}

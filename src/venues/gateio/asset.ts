import type { AssetId, DecimalText } from '../../market/index.ts'

/** An asset as Gate names it in a pair, in our words. */
export interface TradedAsset {
  readonly asset: AssetId
  /** How many of the asset the traded name stands for; absent for one. */
  readonly multiplier?: DecimalText
}

/** `1000SATS`, `1000000MOG`; not `1INCH`, and not `1000X`, which is an asset of that name. */
const THOUSANDS = /^(10{3,})([A-Z][A-Z0-9]+)$/

/** The asset that a code stands for. Gate's codes are ours otherwise: what it calls BTC is BTC, and another code is another asset. */
export function tradedAsset(code: string): TradedAsset {
  const many = THOUSANDS.exec(code)
  if (many !== null) return { asset: (many[2] ?? code) as AssetId, multiplier: many[1] as DecimalText }
  return { asset: code as AssetId }
}

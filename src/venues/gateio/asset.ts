import type { AssetId, DecimalText } from '../../market/index.ts'

/** An asset as Gate names it in a pair, in our words. */
export interface TradedAsset {
  readonly asset: AssetId
  /** How many of the asset the traded name stands for; absent for one. */
  readonly multiplier?: DecimalText
}

/** `1000SATS`, `1000000MOG`; not `1INCH`, and not `1000X`, which is an asset of that name. */
const THOUSANDS = /^(10{3,})([A-Z][A-Z0-9]+)$/

const SAME: ReadonlyMap<string, string> = new Map([
  ['XBT', 'BTC'],
  ['XDG', 'DOGE'],
])

/** The asset that a code stands for. */
export function tradedAsset(code: string): TradedAsset {
  const many = THOUSANDS.exec(code)
  if (many !== null) return { asset: identityOf(many[2] ?? code), multiplier: many[1] as DecimalText }
  return { asset: identityOf(code) }
}

function identityOf(code: string): AssetId {
  return (SAME.get(code) ?? code) as AssetId
}

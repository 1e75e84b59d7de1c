import type { AssetId, DecimalText } from '../../market/index.ts'

/** Names of assets that are traded by the million, and do not say so in digits. */
const BY_THE_MILLION: ReadonlyMap<string, string> = new Map([['1MBABYDOGE', 'BABYDOGE']])
/** `1000PEPE`, `1000000MOG`; not `1INCH`. */
const BY_THE_THOUSAND = /^(10{3,9})([^0-9].*)$/

/** The asset that a name stands for, and how many of it, if not one. */
export function assetOf(name: string): { readonly base: AssetId; readonly baseMultiplier?: DecimalText } {
  const million = BY_THE_MILLION.get(name)
  if (million !== undefined) return { base: million as AssetId, baseMultiplier: '1000000' as DecimalText }
  const [, multiplier, asset] = BY_THE_THOUSAND.exec(name) ?? []
  if (multiplier === undefined || asset === undefined) return { base: name as AssetId }
  return { base: asset as AssetId, baseMultiplier: multiplier as DecimalText }
}

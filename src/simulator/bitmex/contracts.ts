import type { ListingSpecification } from '../model/catalogue.ts'
import { contractDecimals } from '../model/contract-size.ts'

/** Parts of a linear contract's settlement: `quoteToSettleMultiplier` of what is settled in USDt. */
const SETTLEMENT_DECIMALS = 6

interface ContractWorth {
  readonly isInverse: boolean
  /** "multiplier: how much is one contract worth?" (https://www.bitmex.com/app/apiOverview#Instrument-Properties, 2026-11-22) */
  readonly multiplier: number
  /** Decimals of the amount of the underlying that a linear contract is. */
  readonly decimals: number
}

/** What a contract stands for: one dollar of `XBTUSD`, a power of ten of the underlying of what is settled in tether. */
export function contractWorth({ quote, asset }: ListingSpecification): ContractWorth {
  if (quote === 'USD') return { isInverse: true, multiplier: -100_000_000, decimals: 0 }
  const decimals = contractDecimals(asset.price)
  return { isInverse: false, multiplier: 10 ** (SETTLEMENT_DECIMALS - decimals), decimals }
}

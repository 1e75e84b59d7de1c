import type { AssetId, DecimalText } from '../../market/index.ts'

/**
 * Bitfinex writes assets in three letters of its own where it can (`DSH`, `IOT`, `UST`), and says which ones they are in
 * `GET /v2/conf/pub:map:currency:sym` and `pub:map:currency:label` (https://docs.bitfinex.com/reference/rest-public-conf,
 * 2026-11-22). Names that are not here stand for themselves.
 */
const ASSETS: ReadonlyMap<string, string> = new Map([
  ['ALG', 'ALGO'],
  ['AMP', 'AMPL'],
  ['ATO', 'ATOM'],
  ['BCHABC', 'XEC'],
  ['BCHN', 'BCH'],
  ['DAT', 'DATA'],
  ['DSH', 'DASH'],
  ['EDO', 'PNT'],
  ['EUS', 'EURS'],
  ['EUT', 'EURT'],
  ['GNT', 'GLM'],
  ['IDX', 'ID'],
  ['IOT', 'IOTA'],
  ['IQX', 'IQ'],
  // After the fork of 2022 the venue gave the old chain its old name: LUNA is LUNC, LUNA2 is LUNA.
  ['LUNA', 'LUNC'],
  ['LUNA2', 'LUNA'],
  ['MIT', 'MITH'],
  ['MNA', 'MANA'],
  ['OMN', 'OMNI'],
  ['PAS', 'PASS'],
  ['PAX', 'USDP'],
  ['QSH', 'QASH'],
  ['QTM', 'QTUM'],
  ['RBT', 'RBTC'],
  ['SNG', 'SNGLS'],
  ['STJ', 'STORJ'],
  ['TERRAUST', 'USTC'],
  ['TSD', 'TUSD'],
  ['UDC', 'USDC'],
  ['UST', 'USDT'],
  ['VSY', 'VSYS'],
  ['WAX', 'WAXP'],
  ['WBT', 'WBTC'],
  ['XCH', 'XCHF'],
  ['YGG', 'YEED'],
  ['YYW', 'YOYOW'],
  ['ZBT', 'ZB'],
])

/** Names of many units of another asset: a `DOG` is a million DOGE ("MDOGE"), which its recorded price of 278,200 USD says too. */
const MULTIPLES: ReadonlyMap<string, { readonly of: string; readonly multiplier: string }> = new Map([
  ['DOG', { of: 'DOGE', multiplier: '1000000' }],
])

export interface Asset {
  readonly asset: AssetId
  /** How it is called in the id of an instrument. */
  readonly name: string
  /** How many of the asset one unit of the name is; undefined for 1. */
  readonly multiplier: DecimalText | undefined
}

/** What a name of the venue stands for. */
export function assetOf(name: string): Asset {
  const multiple = MULTIPLES.get(name)
  if (multiple !== undefined) {
    const { of, multiplier } = multiple
    return { asset: of as AssetId, name: `${multiplier}${of}`, multiplier: multiplier as DecimalText }
  }
  const asset = ASSETS.get(name) ?? name
  return { asset: asset as AssetId, name: asset, multiplier: undefined }
}

import { fixed } from '../model/fixed.ts'
import type { Listing } from '../model/listing.ts'
import type { BinanceMarket } from './binance-market.ts'

/** "Funding is exchanged every 8 hours" is the usual interval of a contract. */
const FUNDING_MICROS = 8 * 3_600_000_000
const FUNDING_RATE = '0.00010000'
/** The day of delivery of a contract that has none. */
const NEVER = 4_133_404_800_000
const LISTED = 1_569_398_400_000

/** The pair of a contract, which messages of coin-margined ones name beside the symbol. */
export function pairOf(listing: Listing): string {
  return listing.specification.symbol.replace(/_.*$/, '')
}

/** `"ps":"BTCUSD",` where messages have it. */
export function pairMember(market: BinanceMarket, listing: Listing): string {
  return market.contracts === 'inverse' ? `"ps":"${pairOf(listing)}",` : ''
}

/** "contractSize": 100 US dollars for BTC, 10 for every other coin (Exchange Information of coin-margined futures). */
function contractSize(listing: Listing): number {
  return listing.specification.base === 'BTC' ? 100 : 10
}

/** Base asset of so many contracts that were traded at an average price: what inverse markets call turnover. */
export function baseVolumeText(listing: Listing, lots: number, turnover: bigint): string {
  if (lots === 0) return '0'
  const average = Number(turnover) / lots / 10 ** listing.specification.priceDecimals
  return ((lots * contractSize(listing)) / average).toFixed(8)
}

/**
 * Payload of `<symbol>@markPrice@1s`.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams/Mark-Price-Stream, looked at 2026-11-22.
 */
export function markPricePayload(listing: Listing, time: number): string {
  const { symbol, priceDecimals } = listing.specification
  const mark = fixed((listing.bids.priceAt(0) + listing.asks.priceAt(0)) * 5, priceDecimals + 1)
  const index = fixed(listing.statistics.last, priceDecimals)
  return (
    `{"e":"markPriceUpdate","E":${Math.floor(time / 1_000)},"s":"${symbol}","p":"${mark}","P":"${mark}","i":"${index}",` +
    `"r":"${FUNDING_RATE}","T":${Math.floor(nextFunding(time) / 1_000)}}`
  )
}

/**
 * Payload of `!contractInfo`: "pushes when contract info updates (listing/settlement/contract bracket update)"
 * (https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams/Contract-Info-Stream, looked at 2026-11-22).
 */
export function contractInfoPayload(listing: Listing, time: number): string {
  return JSON.stringify({
    e: 'contractInfo',
    E: Math.floor(time / 1_000),
    s: listing.specification.symbol,
    ps: pairOf(listing),
    ct: 'PERPETUAL',
    dt: NEVER,
    ot: LISTED,
    cs: statusOf(listing),
  })
}

function statusOf(listing: Listing): string {
  return listing.active ? 'TRADING' : 'SETTLING'
}

function nextFunding(time: number): number {
  return (Math.floor(time / FUNDING_MICROS) + 1) * FUNDING_MICROS
}

/** Rows of `fundingRate`: what was exchanged within [from, to], milliseconds. */
export function fundingRows(listing: Listing, from: number, to: number, limit: number): string {
  const { symbol, priceDecimals } = listing.specification
  const interval = FUNDING_MICROS / 1_000
  const markPrice = fixed(listing.statistics.open, priceDecimals)
  const rows: string[] = []
  for (let time = Math.ceil(from / interval) * interval; time <= to && rows.length < limit; time += interval) {
    rows.push(JSON.stringify({ symbol, fundingTime: time, fundingRate: FUNDING_RATE, markPrice }))
  }
  return `[${rows.join(',')}]`
}

/** The answer of `openInterest`: thrice what was traded, since it has to be something. */
export function openInterestText(market: BinanceMarket, listing: Listing, time: number): string {
  const { symbol, sizeDecimals } = listing.specification
  const openInterest = fixed(listing.statistics.volumeLots * 3, sizeDecimals)
  const at = Math.floor(time / 1_000)
  if (market.contracts !== 'inverse') return JSON.stringify({ openInterest, symbol, time: at })
  return JSON.stringify({ symbol, pair: pairOf(listing), openInterest, contractType: 'PERPETUAL', time: at })
}

/** What a contract has in `exchangeInfo` beside its filters. */
export function contractRow(market: BinanceMarket, listing: Listing): Record<string, unknown> {
  const { symbol, base, quote, priceDecimals, sizeDecimals } = listing.specification
  const status = statusOf(listing)
  return {
    symbol,
    pair: pairOf(listing),
    contractType: 'PERPETUAL',
    deliveryDate: NEVER,
    onboardDate: LISTED,
    ...(market.contracts === 'inverse'
      ? { contractStatus: status, contractSize: contractSize(listing), marginAsset: base }
      : { status, marginAsset: quote }),
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: base,
    quoteAsset: quote,
    pricePrecision: priceDecimals,
    quantityPrecision: sizeDecimals,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: ['PoW'],
    orderTypes: ['LIMIT', 'MARKET', 'STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET'],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
  }
}

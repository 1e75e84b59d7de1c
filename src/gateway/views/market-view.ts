import {
  baseVolumeOf,
  type DecimalText,
  fromUnits,
  isZero,
  type Micros,
  scaleOf,
  toUnits,
  turnoverOf,
} from '../../market/index.ts'
import type { MarketSummary } from '../../store/index.ts'
import type { InstrumentSlot } from '../live/instrument-slot.ts'
import type { LiveMarket } from '../live/live-market.ts'
import type { Market } from '../schemas/index.ts'
import { lastQuote, lastTicker, lastTrade } from './latest-line.ts'

/** A market's row: what is live, and the last day by the venue's own ticker, or else by our trades. */
export function marketOf(
  market: LiveMarket,
  slot: InstrumentSlot,
  summary: MarketSummary | undefined,
  at: Micros,
): Market {
  const trade = lastTrade(slot)
  const quote = lastQuote(slot)
  const ticker = lastTicker(slot)
  const [base = '', quoteAsset = ''] = slot.instrument.split('-')
  const last = trade?.price ?? summary?.last ?? ticker?.last ?? null
  const open = ticker?.open ?? summary?.open24h ?? null
  return {
    venue: slot.venue,
    instrument: slot.instrument,
    symbol: slot.symbol,
    kind: slot.definition?.kind ?? 'spot',
    base: slot.definition?.base ?? base,
    quote: slot.definition?.quote ?? quoteAsset,
    last,
    lastTime: trade?.receiveTime ?? summary?.lastTime ?? (last === null ? null : (ticker?.receiveTime ?? null)),
    bidPrice: quote?.bidPrice ?? null,
    askPrice: quote?.askPrice ?? null,
    change24h: last === null || open === null ? null : changeInPercent(open, last),
    high24h: ticker?.high ?? summary?.high24h ?? null,
    low24h: ticker?.low ?? summary?.low24h ?? null,
    volume24h: ticker?.volume ?? (summary?.volume24h == null ? null : baseVolumeOf(slot.definition, summary.volume24h)),
    // Both volumes are counted by the same hand: our trades of a young tape beside the venue's day would contradict it.
    quoteVolume24h: ticker?.quoteVolume ?? (ticker?.volume == null ? turnover(slot, summary) : null),
    ...sparkOf(slot, summary),
    feedState: market.feedState(slot, 'trade', at).state,
    simulated: market.venue(slot.venue)?.state?.simulated ?? market.simulated,
  }
}

/** Turnover of our trades of a day in the quote asset. */
function turnover(slot: InstrumentSlot, summary: MarketSummary | undefined): DecimalText | null {
  if (summary?.volume24h == null || summary.quoteVolume24h === null) return null
  return turnoverOf(slot.definition, summary.volume24h, summary.quoteVolume24h)
}

/** Fewer points than this say nothing about a day. */
const ENOUGH_POINTS = 8

/** Closing prices for a small chart: of the last day; where we do not know so much of it yet, of the last hour or minute. */
function sparkOf(slot: InstrumentSlot, summary: MarketSummary | undefined): Pick<Market, 'spark' | 'sparkInterval'> {
  const halfHours = summary?.spark ?? []
  if (halfHours.length >= ENOUGH_POINTS) return { spark: [...halfHours], sparkInterval: '30m' }
  const minutes = slot.closes['1m'].closes
  if (minutes.length >= ENOUGH_POINTS) return { spark: [...minutes], sparkInterval: '1m' }
  return { spark: [...slot.closes['1s'].closes], sparkInterval: '1s' }
}

const PERCENT_SCALE = 2

/** Change from one price to another in percent, two digits, rounded half away from zero; null where it has no meaning. */
export function changeInPercent(from: DecimalText, to: DecimalText): DecimalText | null {
  if (isZero(from)) return null
  const scale = Math.max(scaleOf(from), scaleOf(to))
  const start = toUnits(from, scale)
  const base = start < 0n ? -start : start
  const change = (toUnits(to, scale) - start) * 100n * 10n ** BigInt(PERCENT_SCALE)
  const doubled = 2n * (change < 0n ? -change : change) + base
  const rounded = doubled / (2n * base)
  return fromUnits(change < 0n ? -rounded : rounded, PERCENT_SCALE)
}

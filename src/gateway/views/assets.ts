import { compareDecimals, type DecimalText, type Micros } from '../../market/index.ts'
import type { MarketSummary } from '../../store/index.ts'
import type { InstrumentSlot } from '../live/instrument-slot.ts'
import type { LiveMarket } from '../live/live-market.ts'
import type { Asset } from '../schemas/index.ts'
import { assetName } from './asset-names.ts'
import { lastTicker } from './latest-line.ts'
import { marketOf } from './market-view.ts'

/** Assets whose prices count as dollars when an asset's price is chosen. */
const DOLLARS: ReadonlySet<string> = new Set(['USD', 'USDT'])

/**
 * Assets with their price. By asset: that of its market against a dollar with the largest turnover of the last 24 hours,
 * so that one thin market does not set it. By instrument: every market.
 */
export function assetsOf(
  market: LiveMarket,
  summaries: ReadonlyMap<string, MarketSummary>,
  view: 'asset' | 'instrument',
  at: Micros,
): Asset[] {
  if (view === 'instrument') {
    const rows: Asset[] = []
    for (const slot of market.slots) {
      const summary = summaries.get(slot.key)
      if (slot.feeds.size > 0 || summary !== undefined) {
        rows.push(assetOf(market, slot, summary, `${slot.venue}:${slot.instrument}`, at))
      }
    }
    return rows
  }
  const best = new Map<string, { readonly slot: InstrumentSlot; readonly turnover: DecimalText }>()
  for (const slot of market.slots) {
    const { base, quote, kind } = namesOf(slot)
    // A price of a thousand is no price of one.
    if (kind !== 'spot' || slot.definition?.baseMultiplier !== undefined) continue
    if (!DOLLARS.has(quote) || base === '') continue
    const summary = summaries.get(slot.key)
    if (slot.line('trade') === undefined && summary === undefined) continue
    const turnover = lastTicker(slot)?.quoteVolume ?? summary?.quoteVolume24h ?? ('0' as DecimalText)
    const known = best.get(base)
    if (known === undefined || compareDecimals(turnover, known.turnover) > 0) best.set(base, { slot, turnover })
  }
  return [...best].map(([base, { slot }]) => assetOf(market, slot, summaries.get(slot.key), base, at))
}

function namesOf(slot: InstrumentSlot): { readonly base: string; readonly quote: string; readonly kind: string } {
  if (slot.definition !== undefined) return slot.definition
  const [base = '', quote = '', ...more] = slot.instrument.split('-')
  return { base, quote, kind: more.length === 0 ? 'spot' : 'other' }
}

function assetOf(
  market: LiveMarket,
  slot: InstrumentSlot,
  summary: MarketSummary | undefined,
  id: string,
  at: Micros,
): Asset {
  const row = marketOf(market, slot, summary, at)
  return {
    id,
    symbol: row.base,
    name: assetName(row.base),
    price: row.last,
    timestamp: row.lastTime,
    quote: row.quote,
    venue: row.venue,
    instrument: row.instrument,
    feedState: row.feedState,
    simulated: row.simulated,
  }
}

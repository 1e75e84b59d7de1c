import {
  type Amount,
  type AssetId,
  type DecimalText,
  type Instrument,
  type InstrumentStatus,
  type Price,
  spotInstrumentId,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal } from '../protocol.ts'
import type { TextObject } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { tradedAsset } from './asset.ts'
import { objectsOf, positiveOf, scaleOf, secondsOf, skippedEntry, stepOf, wordOf } from './reference.ts'

export const GATEIO = 'gateio' as VenueId

/** `BTC_USDT`; the quote asset has no underscore. */
const PAIR = /^([A-Za-z0-9]{1,30})_([A-Za-z0-9]{1,20})$/

/**
 * Reads `GET /spot/currency_pairs` and, where it is there, `GET /spot/tickers`.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if the pairs are unreadable
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const pairs = objectsOf(bodies[0] ?? '')
  if (pairs === undefined) {
    throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'gateio: /spot/currency_pairs did not answer a list of pairs')
  }
  const volumes = new Map<string, DecimalText>()
  for (const ticker of objectsOf(bodies[1] ?? '') ?? []) {
    const volume = positiveOf(ticker, 'quote_volume')
    if (volume !== undefined) volumes.set(wordOf(ticker, 'currency_pair') ?? '', volume)
  }
  const skipped: Refusal[] = []
  const instruments = new Map<string, Instrument>()
  for (const pair of pairs) {
    const instrument = readPair(pair, volumes)
    if (instrument === undefined) skipped.push(skippedEntry('not a pair of two assets', pair))
    else instruments.set(instrument.symbol, instrument)
  }
  return { instruments: [...instruments.values()], skipped }
}

/** The instrument that a pair's name tells by itself, for captures without reference data. */
export function instrumentFromPair(symbol: string): Instrument | undefined {
  const match = PAIR.exec(symbol)
  return match === null ? undefined : spot(symbol, match[1] ?? '', match[2] ?? '', 'unknown')
}

function readPair(pair: TextObject, volumes: ReadonlyMap<string, DecimalText>): Instrument | undefined {
  const id = wordOf(pair, 'id')
  const base = wordOf(pair, 'base')
  const quote = wordOf(pair, 'quote')
  if (id === undefined || base === undefined || quote === undefined) return undefined
  const priceScale = scaleOf(pair, 'precision')
  const amountScale = scaleOf(pair, 'amount_precision')
  const tickSize = stepOf(priceScale) as Price | undefined
  const lotSize = stepOf(amountScale) as Amount | undefined
  const minimumAmount = positiveOf(pair, 'min_base_amount') as Amount | undefined
  const listedAt = secondsOf(pair, 'buy_start')
  const quoteVolume24h = volumes.get(id)
  return {
    ...spot(id, base, quote, statusOf(pair.trade_status)),
    ...(tickSize !== undefined && { tickSize }),
    ...(lotSize !== undefined && { lotSize }),
    ...(minimumAmount !== undefined && { minimumAmount }),
    ...(listedAt !== undefined && { listedAt }),
    ...(quoteVolume24h !== undefined && { quoteVolume24h }),
    ...(priceScale !== undefined && { priceScale }),
    ...(amountScale !== undefined && { amountScale }),
  }
}

/**
 * "untradable: cannot be traded; buyable: can be bought; sellable: can be sold; tradable: can be bought and sold"
 * (https://www.gate.com/docs/developers/apiv4/en/#currencypair, 2026-11-22). With one side only nothing is matched freely.
 */
function statusOf(word: unknown): InstrumentStatus {
  if (word === 'tradable') return 'trading'
  return word === 'untradable' || word === 'buyable' || word === 'sellable' ? 'halted' : 'unknown'
}

/** The id is made of the traded names, so that `1000SATS` and `SATS` are two instruments. */
function spot(symbol: string, base: string, quote: string, status: InstrumentStatus): Instrument {
  const { asset, multiplier } = tradedAsset(base)
  const quoteAsset = tradedAsset(quote).asset
  return {
    venue: GATEIO,
    id: spotInstrumentId(multiplier === undefined ? asset : (base as AssetId), quoteAsset),
    symbol: symbol as VenueSymbol,
    kind: 'spot',
    base: asset,
    quote: quoteAsset,
    ...(multiplier !== undefined && { baseMultiplier: multiplier }),
    status,
  }
}

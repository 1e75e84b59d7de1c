import {
  type Amount,
  type AssetId,
  type DecimalText,
  decimal,
  fromUnits,
  type Instrument,
  type InstrumentId,
  MarketError,
  type Price,
} from '../../market/index.ts'
import type { Refusal } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { listOf, optionalTextOf, textOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { type NamedCoin, pairOf, perpetualOf } from './coin.ts'

/**
 * "Prices can have up to 5 significant figures, but no more than MAX_DECIMALS - szDecimals decimal places where MAX_DECIMALS is 6
 * for perps and 8 for spot": https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/tick-and-lot-size (2026-11-22)
 */
const PERPETUAL_DECIMALS = 6
const SPOT_DECIMALS = 8

const TOKEN = /^[A-Za-z0-9.$_-]{1,20}$/
const USDC = 'USDC' as AssetId

interface Found {
  readonly instruments: Map<string, Instrument>
  readonly skipped: Refusal[]
}

/**
 * Reads the answers to `metaAndAssetCtxs`, `spotMetaAndAssetCtxs` and `allPerpMetas`, in whichever order: they are told apart by
 * their shapes, since they are asked of the same address.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if none of them is readable.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const found: Found = { instruments: new Map(), skipped: [] }
  const answers = bodies.map((body) => answerOf(body, found))
  const tokens = readTokens(answers)
  let isRead = false
  for (const answer of answers) {
    const [first, contexts] = answer
    if (first === undefined) continue
    isRead = true
    if (first.tokens !== undefined) readPairs(first, contexts, tokens, found)
    else if (Array.isArray(contexts)) readPerpetuals(first, contexts, USDC, found)
    else for (const meta of answer) readMarket(meta, tokens, found)
  }
  if (!isRead) throw new VenueError('VENUE_REFERENCE_DATA_INVALID', 'hyperliquid: none of the answers has a universe')
  return { instruments: [...found.instruments.values()], skipped: found.skipped }
}

type Answer = readonly [first?: TextObject, ...rest: TextValue[]]

function answerOf(body: string, { skipped }: Found): Answer {
  if (body === '') return []
  try {
    const root = parseJsonText(body)
    const [first, ...rest] = Array.isArray(root) ? (root as readonly TextValue[]) : [root]
    if (isTextObject(first) && Array.isArray(first.universe)) return [first, ...rest]
  } catch (error) {
    if (!(error instanceof VenueError)) throw error
  }
  skipped.push({ kind: 'malformed', reason: 'no universe in an answer', sample: body.slice(0, 200) })
  return []
}

/** Names of the tokens, by number. */
function readTokens(answers: readonly Answer[]): Map<string, string> {
  const tokens = new Map<string, string>([['0', USDC]])
  for (const [first] of answers) {
    if (first === undefined || !Array.isArray(first.tokens)) continue
    for (const token of first.tokens as readonly TextValue[]) {
      if (isTextObject(token) && typeof token.index === 'string' && typeof token.name === 'string') {
        tokens.set(token.index, token.name)
      }
    }
  }
  return tokens
}

/** One market of perpetuals: `collateralToken` is what its contracts are settled in. */
function readMarket(meta: TextValue | undefined, tokens: ReadonlyMap<string, string>, found: Found): void {
  if (!isTextObject(meta) || !Array.isArray(meta.universe)) return
  const collateral = tokens.get(optionalTextOf(meta, 'collateralToken') ?? '0')
  if (collateral === undefined) {
    const reason = `what token ${String(meta.collateralToken)} is, is not known`
    found.skipped.push({ kind: 'unknown-instrument', reason, sample: JSON.stringify(meta).slice(0, 200) })
  } else readPerpetuals(meta, [], collateral as AssetId, found)
}

function readPerpetuals(meta: TextObject, contexts: readonly TextValue[], collateral: AssetId, found: Found): void {
  for (const [index, row] of listOf(meta, 'universe').entries()) {
    skipping(row, found, (entry) => {
      const coin = textOf(entry, 'name')
      const named = perpetualOf(coin, collateral)
      if (named === undefined) return `${coin.slice(0, 40)}: of an unknown kind`
      // The first answer has the turnover, too.
      if (found.instruments.has(coin)) return undefined
      const status = entry.isDelisted === true ? 'delisted' : 'trading'
      return { ...named, ...steps(entry, PERPETUAL_DECIMALS), status, ...turnover(contexts[index]) }
    })
  }
}

function readPairs(
  meta: TextObject,
  contexts: TextValue | undefined,
  tokens: ReadonlyMap<string, string>,
  found: Found,
): void {
  const sizes = new Map<string, TextObject>()
  for (const token of listOf(meta, 'tokens')) if (isTextObject(token)) sizes.set(String(token.index), token)
  const byCoin = new Map<string, TextObject>()
  for (const context of Array.isArray(contexts) ? (contexts as readonly TextValue[]) : []) {
    if (isTextObject(context)) byCoin.set(String(context.coin), context)
  }
  const ids = new Set<InstrumentId>()
  for (const row of listOf(meta, 'universe')) {
    skipping(row, found, (entry) => {
      const coin = textOf(entry, 'name')
      const [baseToken, quoteToken] = listOf(entry, 'tokens')
      const base = tokens.get(String(baseToken))
      const quote = tokens.get(String(quoteToken))
      if (base === undefined || quote === undefined || !TOKEN.test(base) || !TOKEN.test(quote)) {
        return `${coin.slice(0, 40)}: its tokens are not known`
      }
      const named = distinct(pairOf(coin, base, quote), ids)
      const size = sizes.get(String(baseToken)) ?? {}
      return { ...named, ...steps(size, SPOT_DECIMALS), status: 'trading', ...turnover(byCoin.get(coin)) }
    })
  }
}

/** Tokens need not have names of their own: pairs of namesakes are told apart by the venue's name. */
function distinct(named: NamedCoin, ids: Set<InstrumentId>): NamedCoin {
  const id = ids.has(named.id) ? (`${named.id}-${named.symbol}` as InstrumentId) : named.id
  ids.add(id)
  return { ...named, id }
}

/** Adds what a row is read as, unless it is a reason why it is not read, or nothing. */
function skipping(row: TextValue, found: Found, read: (entry: TextObject) => Instrument | string | undefined): void {
  let instrument: Instrument | string | undefined
  try {
    instrument = isTextObject(row) ? read(row) : 'not an instrument'
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    instrument = error.message
  }
  if (typeof instrument === 'string') {
    const sample = JSON.stringify(row).slice(0, 200)
    found.skipped.push({ kind: 'unknown-instrument', reason: instrument, sample })
  } else if (instrument !== undefined) found.instruments.set(instrument.symbol, instrument)
}

/** `szDecimals`: digits of an amount. The finest price that there may be has the others. */
function steps(entry: TextObject, decimals: number) {
  const text = optionalTextOf(entry, 'szDecimals')
  if (text === undefined || !/^\d$/.test(text)) return {}
  const amountScale = Number(text)
  const priceScale = Math.max(0, decimals - amountScale)
  return {
    lotSize: fromUnits(1n, amountScale) as Amount,
    tickSize: fromUnits(1n, priceScale) as Price,
    amountScale,
    priceScale,
  }
}

function turnover(context: TextValue | undefined): { readonly quoteVolume24h?: DecimalText } {
  const text = isTextObject(context) ? optionalTextOf(context, 'dayNtlVlm') : undefined
  const volume = text === undefined ? undefined : decimal(text)
  return volume === undefined || volume === '0' ? {} : { quoteVolume24h: volume }
}

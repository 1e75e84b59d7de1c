import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AssetId, Instrument, InstrumentId, VenueId, VenueSymbol } from '../market/index.ts'
import { Canary } from './canary.ts'

function market(venue: string, base = 'BTC', quote = 'USDT'): Instrument {
  const id = `${base}-${quote}` as InstrumentId
  return {
    venue: venue as VenueId,
    id,
    symbol: id as string as VenueSymbol,
    kind: 'spot',
    base: base as AssetId,
    quote: quote as AssetId,
    status: 'trading',
  }
}

function heard(canary: Canary, { venue, id }: Instrument, at: number): void {
  const member = canary.member(venue, id)
  assert.ok(member)
  canary.heard(member, at)
}

/** Every market trades once each interval, until its end. */
function trade(canary: Canary, markets: readonly Instrument[], from: number, to: number, interval = 100): void {
  for (let at = from; at < to; at += interval) for (const each of markets) heard(canary, each, at)
}

test('a market that falls silent while two others trade it is suspect, whatever its quote in dollars', () => {
  const canary = new Canary()
  const [a, b, c] = [market('a'), market('b', 'BTC', 'USD'), market('c', 'BTC', 'USDC')]
  for (const one of [a, b, c]) canary.add(one)
  trade(canary, [a, b, c], 1, 60_000)
  trade(canary, [b, c], 60_000, 64_000)
  assert.deepEqual(canary.suspects(a.venue, 64_000), [], 'too short to be sure')
  trade(canary, [b, c], 64_000, 70_000)
  const [suspect] = canary.suspects(a.venue, 70_000)
  assert.equal(suspect?.instrument, a.id)
  assert.ok((suspect?.expected ?? 0) >= 14)
  assert.deepEqual(canary.suspects(b.venue, 70_000), [])
})

test('it is named again only after twice as much was traded elsewhere, and not once it speaks', () => {
  const canary = new Canary()
  const all = [market('a'), market('b'), market('c')]
  const [a, ...others] = all as [Instrument, Instrument, Instrument]
  for (const one of all) canary.add(one)
  trade(canary, all, 1, 60_000)
  trade(canary, others, 60_000, 70_000)
  assert.equal(canary.suspects(a.venue, 70_000).length, 1)
  trade(canary, others, 70_000, 75_000)
  assert.equal(canary.suspects(a.venue, 75_000).length, 0)
  trade(canary, others, 75_000, 85_000)
  assert.equal(canary.suspects(a.venue, 85_000).length, 1)
  heard(canary, a, 85_001)
  assert.equal(canary.suspects(a.venue, 95_000).length, 0)
})

test('a market that is quiet by nature, or that only one other trades, is not suspect', () => {
  const canary = new Canary()
  const [quiet, b, c] = [market('a'), market('b'), market('c')]
  for (const one of [quiet, b, c]) canary.add(one)
  heard(canary, quiet, 1)
  trade(canary, [b, c], 1, 60_000)
  assert.deepEqual(canary.suspects(quiet.venue, 60_000), [])
  const pair = new Canary()
  pair.add(quiet)
  pair.add(b)
  trade(pair, [quiet, b], 1, 60_000)
  trade(pair, [b], 60_000, 120_000)
  assert.deepEqual(pair.suspects(quiet.venue, 120_000), [])
})

test('a market that is quiet everywhere is not suspect, nor one that is not watched any more', () => {
  const canary = new Canary()
  const all = [market('a'), market('b'), market('c')]
  for (const one of all) canary.add(one)
  trade(canary, all, 1, 60_000)
  assert.deepEqual(canary.suspects('a' as VenueId, 600_000), [])
  canary.remove('a' as VenueId, 'BTC-USDT' as InstrumentId)
  trade(canary, all.slice(1), 60_000, 120_000)
  assert.deepEqual(canary.suspects('a' as VenueId, 120_000), [])
})

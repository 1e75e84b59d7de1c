import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decimal, type FactEvents, type FactKind, micros, price } from '../../market/index.ts'
import { sampleFacts } from '../testing/sample-facts.ts'
import { joinFact } from './join-fact.ts'

const SAMPLES = sampleFacts()

test('what a message leaves out is as it was said before', () => {
  const facts: { [Kind in FactKind]?: FactEvents[Kind] } = {}
  joinFact(facts, { ...SAMPLES['mark-price'], indexPrice: null })
  joinFact(facts, { ...SAMPLES['mark-price'], markPrice: null, indexPrice: price('7'), exchangeTime: null })
  assert.deepEqual(facts['mark-price'], { ...SAMPLES['mark-price'], indexPrice: '7', exchangeTime: null })
})

test('rates of another funding time are never joined, and history does not pass for the present', () => {
  const facts: { [Kind in FactKind]?: FactEvents[Kind] } = {}
  const next = { ...SAMPLES.funding, fundingTime: micros(1_700_032_400_000_000), predictedRate: null }
  joinFact(facts, SAMPLES.funding)
  joinFact(facts, next)
  assert.deepEqual(facts.funding, next)
  joinFact(facts, SAMPLES.funding)
  assert.deepEqual(facts.funding, next)
  joinFact(facts, { ...next, rate: null, predictedRate: decimal('0.5') })
  assert.deepEqual([facts.funding?.rate, facts.funding?.predictedRate], [next.rate, '0.5'])
})

test('an older candle or liquidation that comes late is not the newest', () => {
  const facts: { [Kind in FactKind]?: FactEvents[Kind] } = {}
  for (const kind of ['venue-candle', 'liquidation'] as const) joinFact(facts, SAMPLES[kind])
  joinFact(facts, { ...SAMPLES['venue-candle'], openTime: micros(60_000_000) })
  joinFact(facts, { ...SAMPLES.liquidation, id: 'old', exchangeTime: micros(1) })
  assert.equal(facts['venue-candle']?.openTime, SAMPLES['venue-candle'].openTime)
  assert.equal(facts.liquidation?.id, 'l1')
})

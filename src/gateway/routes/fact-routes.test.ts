import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AssetId, decimal, FACT_KINDS, micros, price } from '../../market/index.ts'
import { factPages, InstrumentPageSchema, TradePageSchema } from '../schemas/index.ts'
import { aliveVenue, startGateway } from '../testing/gateway-under-test.ts'
import { assertFits, assertProblem, get, until } from '../testing/rest-client.ts'
import { feedState, instrument, trade, VENUE } from '../testing/sample-events.ts'
import { PERPETUAL, sampleFacts } from '../testing/sample-facts.ts'
import { FACT_ROUTES } from './fact-routes.ts'

const API = '/api/v1'
const OF = `venue=${VENUE}&instrument=${PERPETUAL}`

const DEFINITION = instrument(PERPETUAL, {
  kind: 'perpetual',
  settleCurrency: 'BTC' as AssetId,
  contractSize: decimal('100'),
  contractUnit: 'quote',
})

test('every kind of fact has its past and its newest, in every format', async (context) => {
  const facts = sampleFacts({ instrument: PERPETUAL })
  const gateway = await startGateway(context, {
    prepare: async (log, store) => {
      await aliveVenue(log, store)
      store.heldInstruments.push(DEFINITION)
    },
  })
  await until(gateway, `${API}/instruments`, ({ body }) => body.items.length === 3)
  await gateway.say(feedState('mark-price', 'synchronised', { instrument: PERPETUAL }), ...Object.values(facts))
  for (const kind of FACT_KINDS) {
    const { path } = FACT_ROUTES[kind]
    const { history, latest, columns } = factPages(kind)
    const { messageType: _type, ...said } = facts[kind]
    gateway.store.heldFacts = { [kind]: [facts[kind], facts[kind]] }

    const past = await get(gateway, `${API}${path}?${OF}&limit=1`)
    assert.equal(past.status, 200, past.text)
    assertFits(history, past.body)
    assert.deepEqual(past.body.items, [said])
    const rest = await get(gateway, `${API}${path}?${OF}&limit=1&cursor=${past.body.nextCursor}`)
    assert.deepEqual([rest.body.items, rest.body.nextCursor], [[said], null])
    const csv = await get(gateway, `${API}${path}?${OF}&format=csv`)
    assert.equal(csv.text.split('\r\n')[0], columns.join(','))

    const newest = await until(gateway, `${API}${path}/latest?${OF}`, ({ body }) => body.items.length === 1)
    assertFits(latest, newest.body)
    const state = kind === 'mark-price' ? 'synchronised' : 'unknown'
    assert.deepEqual(newest.body.items, [{ ...said, feedState: state, live: kind === 'mark-price' }])
  }
  assertProblem(await get(gateway, `${API}/funding?venue=${VENUE}&instrument=X`), 404, 'GATEWAY_INSTRUMENT_UNKNOWN')
  assertProblem(await get(gateway, `${API}/funding/latest?venue=nowhere`), 404, 'GATEWAY_VENUE_UNKNOWN')

  const feeds = await get(gateway, `${API}/feeds?${OF}`)
  assert.equal(feeds.body.items[0].lastMessageTime, facts['mark-price'].receiveTime)
})

test('an instrument tells what its contracts stand for, and its trades what they were worth', async (context) => {
  const gateway = await startGateway(context, {
    prepare: async (log, store) => {
      await aliveVenue(log, store)
      store.heldInstruments.push(DEFINITION)
    },
  })
  const found = await until(gateway, `${API}/instruments?kind=perpetual`, ({ body }) => body.items.length === 1)
  assertFits(InstrumentPageSchema, found.body)
  const { settleCurrency, contractSize, contractUnit, baseMultiplier, status } = found.body.items[0]
  assert.deepEqual(
    [settleCurrency, contractSize, contractUnit, baseMultiplier, status],
    ['BTC', '100', 'quote', null, 'trading'],
  )

  gateway.store.heldTrades = [trade('1', '40000', { instrument: PERPETUAL })]
  const trades = await get(gateway, `${API}/trades?${OF}`)
  assertFits(TradePageSchema, trades.body)
  const { amount, baseAmount, quoteAmount } = trades.body.items[0]
  assert.deepEqual([amount, baseAmount, quoteAmount], ['0.5', '0.00125', '50'])

  gateway.store.heldCandles = [
    {
      ...{ venue: VENUE, instrument: PERPETUAL, interval: '1m', openTime: micros(0), closeTime: micros(60_000_000) },
      ...{ open: price('40000'), high: price('40000'), low: price('40000'), close: price('40000') },
      ...{ volume: decimal('0.5'), buyVolume: decimal('0'), quoteVolume: decimal('20000') },
      ...{ trades: 1, filled: false, final: true },
    },
  ]
  const candles = await get(gateway, `${API}/candles?${OF}`)
  assert.equal(candles.body.items[0].quoteVolume, '50', 'half a contract of 100 USD')

  await gateway.say(sampleFacts({ instrument: PERPETUAL }).status)
  await until(gateway, `${API}/instruments?status=halted`, ({ body }) => body.items.length === 1)
})

test('what was said before the gateway began to listen comes from the store', async (context) => {
  const facts = sampleFacts({ instrument: PERPETUAL })
  const gateway = await startGateway(context, {
    prepare: async (log, store) => {
      await aliveVenue(log, store)
      store.heldInstruments.push(DEFINITION)
      store.heldFacts = { funding: [facts.funding] }
    },
  })
  const latest = await until(gateway, `${API}/funding/latest`, ({ body }) => body.items.length === 1)
  assert.equal(latest.body.items[0].rate, facts.funding.rate)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MarketError } from '../../market/index.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import { FactsRecorder } from '../testing/facts-recorder.ts'
import { VenueError } from '../venue-error.ts'
import { FastReader } from './fast-reader.ts'
import { tableMessage } from './table-message.ts'
import { Tables } from './tables.ts'

const PARTIAL =
  '{"table":"orderBookL2","action":"partial","filter":{"symbol":"XBTUSD"},"data":[{"symbol":"XBTUSD","id":8799000001,"side":"Buy","size":7,"price":9352},{"symbol":"XBTUSD","id":8799000002,"side":"Sell","size":9,"price":9352.5}]}'
const FRAMES = [
  '{"table":"orderBookL2","action":"update","data":[{"symbol":"XBTUSD","id":8799000001,"side":"Buy","size":220288}]}',
  '{"table":"orderBookL2","action":"update","data":[{"symbol":"XBTUSD","id":8799000001,"side":"Buy","size":5,"price":9352,"timestamp":"2024-11-24T08:26:22.356Z","transactTime":"2024-11-24T08:26:22.275Z"},{"symbol":"XBTUSD","id":8799000002,"side":"Sell","size":33000,"price":9352.50,"pool":"Aggregated","timestamp":"2024-11-24T08:26:22.357Z"}]}',
  '{"table":"orderBookL2","action":"delete","data":[{"symbol":"XBTUSD","id":8799000002,"side":"Sell"}]}',
  '{"table":"orderBookL2","action":"insert","data":[{"symbol":"XBTUSD","id":234027002072,"side":"Sell","size":97300,"price":77611.0,"timestamp":"2026-09-02T07:00:52.301Z","transactTime":"2026-09-02T07:00:52.230Z","pool":"Aggregated"}]}',
  '{"table":"quote","action":"insert","data":[{"timestamp":"2026-09-02T07:48:59.167Z","symbol":"XBTUSD","bidSize":40600,"bidPrice":77465.5,"askPrice":77543.1,"askSize":314900,"pool":"Primary"},{"timestamp":"2019-05-31T23:59:59.942Z","symbol":"ETHUSD","bidSize":701,"bidPrice":267.7,"askPrice":267.75,"askSize":62427}]}',
  '{"table":"trade","action":"insert","data":[{"timestamp":"2019-06-01T00:00:19.163Z","symbol":"XBTUSD","side":"Sell","size":1000,"price":8544.5,"tickDirection":"ZeroMinusTick","trdMatchID":"f73b6f28-075a-3548-a81c-8c843afd2746","grossValue":11703000,"homeNotional":0.11703,"foreignNotional":1000},{"timestamp":"2024-11-24T08:15:38.704Z","symbol":"XBTUSD","side":"Buy","size":100,"price":98570.9,"tickDirection":"ZeroPlusTick","trdMatchID":"00000000-006d-1000-0000-000e8737d536","grossValue":101450,"homeNotional":0.0010145,"foreignNotional":100.0,"trdType":"Regular"}]}',
]

/** Tables that have heard a book. */
function tables(): Tables {
  const heard = new Tables()
  const partial = parseJsonText(PARTIAL)
  const message = isTextObject(partial) ? tableMessage(partial) : undefined
  assert.ok(message !== undefined)
  heard.read(message, new FactsRecorder())
  return heard
}

function carefully(text: string): readonly unknown[] | undefined {
  const facts = new FactsRecorder()
  try {
    const frame = parseJsonText(text)
    const message = isTextObject(frame) ? tableMessage(frame) : undefined
    return message !== undefined && tables().read(message, facts) ? facts.calls : undefined
  } catch (error) {
    if (error instanceof VenueError || error instanceof MarketError) return undefined
    throw error
  }
}

function quickly(text: string): readonly unknown[] | undefined {
  const facts = new FactsRecorder()
  const isRead = new FastReader(tables()).read(text, facts)
  if (!isRead) assert.deepEqual(facts.calls, [], 'nothing is said of what is left to the careful reader')
  return isRead ? facts.calls : undefined
}

test('the frequent messages are read from their text as from their JSON', () => {
  for (const text of FRAMES) {
    const said = quickly(text)
    assert.ok(said !== undefined && said.length > 0, text)
    assert.deepEqual(said, carefully(text))
  }
})

test('whatever is done to one, it is read as from its JSON, or left to it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FRAMES),
      fc.nat(),
      fc.nat({ max: 3 }),
      fc.constantFrom('', '0', '"', '-', 'e5', '\\', ',', ']', ' ', '{}', '\u0000', '9', '.', 'null'),
      (text, place, removed, put) => {
        const at = place % (text.length + 1)
        const mutated = text.slice(0, at) + put + text.slice(at + removed)
        const said = quickly(mutated)
        if (said !== undefined) assert.deepEqual(said, carefully(mutated), mutated)
      },
    ),
    { numRuns: 5_000 },
  )
})

test('members in another order are read as from their JSON, or left to it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...FRAMES), fc.infiniteStream(fc.nat()), (text, dice) => {
      const frame = JSON.parse(text) as { readonly data: readonly Readonly<Record<string, unknown>>[] }
      const data = frame.data.map((row) => {
        const keyed = Object.entries(row).map((member) => ({ member, key: dice.next().value ?? 0 }))
        return Object.fromEntries(keyed.sort((left, right) => left.key - right.key).map(({ member }) => member))
      })
      const reordered = JSON.stringify({ ...frame, data })
      const said = quickly(reordered)
      if (said !== undefined) assert.deepEqual(said, carefully(reordered), reordered)
    }),
    { numRuns: 500 },
  )
})

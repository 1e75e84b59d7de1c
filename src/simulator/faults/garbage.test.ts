import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../model/random.ts'
import { garbage } from './garbage.ts'

const MESSAGES = [
  '{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":2,"b":[["97000.01000000","0.50000000"]],"a":[["97001.00000000","0.00000000"]]}',
  '{"type":"l2update","product_id":"BTC-USD","changes":[["buy","97000.01","0.5"],["sell","97001.00","0.00000000"]],"time":"2026-01-01T00:00:00.000000Z"}',
  '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":97000.1,"qty":0.50000000}],"asks":[],"checksum":5,"timestamp":"2026-01-01T00:00:00.000000Z"}]}',
]

test('absurd numbers stand in for every price and amount, and for nothing else', () => {
  const random = new Random(1)
  for (const message of MESSAGES) {
    const text = garbage('absurd-numbers', message, random)
    assert.equal(typeof text, 'string')
    const value = JSON.parse(String(text))
    assert.deepEqual(Object.keys(value), Object.keys(JSON.parse(message)))
    for (const number of ['97000', '97001', '0.5'])
      assert.ok(!String(text).includes(`"${number}`) && !String(text).includes(`:${number}`))
    assert.match(String(text), /BTC/)
  }
})

test('wrong types are JSON still', () => {
  const random = new Random(2)
  for (const message of MESSAGES) {
    const text = String(garbage('wrong-types', message, random))
    assert.doesNotThrow(() => JSON.parse(text))
    assert.ok(!text.includes('97000'))
  }
})

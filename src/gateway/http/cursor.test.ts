import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GatewayError } from '../gateway-error.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'

const SHAPE = ['string', 'number'] as const

test('a cursor comes back as it was, for the question it was made for', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.maxSafeInteger(),
      (question, text, count) => {
        const sent = text.toWellFormed()
        assert.deepEqual(decodeCursor(question, encodeCursor(question, [sent, count]), SHAPE), [sent, count])
      },
    ),
  )
})

test('a cursor of another question is refused', () => {
  const cursor = encodeCursor('trades of BTC', ['a', 1])
  assert.throws(() => decodeCursor('trades of ETH', cursor, SHAPE), isRefusal)
})

test('whatever a client makes up is refused with a code', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String(),
        fc.json().map((text) => Buffer.from(text).toString('base64url')),
      ),
      (text) => {
        assert.throws(() => decodeCursor('question', text, SHAPE), isRefusal)
      },
    ),
  )
})

function isRefusal(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'GATEWAY_CURSOR_INVALID'
}

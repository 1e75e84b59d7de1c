import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasChecksum, withOtherChecksum } from './checksum-text.ts'

test('a checksum is spoilt in the form of its venue, and nothing else', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['{"bids":[],"checksum":4294967295,"x":1}', '{"bids":[],"checksum":4294967294,"x":1}'],
    ['{"checksum":-855196043,"seq":7}', '{"checksum":-855196044,"seq":7}'],
    ['[17,"cs",2147483647,5,1795374668870]', '[17,"cs",2147483646,5,1795374668870]'],
    ['[17,"cs",-1]', '[17,"cs",-2]'],
  ]
  for (const [message, spoilt] of cases) {
    assert.ok(hasChecksum(message))
    assert.equal(withOtherChecksum(message), spoilt)
  }
  assert.equal(hasChecksum('[17,[1,2,3],5]'), false)
})

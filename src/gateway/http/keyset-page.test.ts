import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { keysetPage } from './keyset-page.ts'

test('pages together are the whole list in order, each item once, whatever the size of a page', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 7 }), (names, limit) => {
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = keysetPage(names, (name) => name, { purpose: 'names', limit, cursor })
        assert.ok(page.items.length <= limit)
        seen.push(...page.items)
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
      assert.deepEqual(seen, [...names].sort())
    }),
  )
})

test('an item that comes between two pages neither repeats nor hides another', () => {
  const names = ['b', 'd', 'f']
  const asked = { purpose: 'names', limit: 2 }
  const first = keysetPage(names, (name) => name, { ...asked, cursor: undefined })
  const second = keysetPage(['a', ...names, 'e'], (name) => name, { ...asked, cursor: first.nextCursor ?? undefined })
  assert.deepEqual(
    [first.items, second.items],
    [
      ['b', 'd'],
      ['e', 'f'],
    ],
  )
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { dataDictionary } from './data-dictionary.ts'

test('docs/data-dictionary.md is what events and tables are (npm run docs writes it)', () => {
  const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'data-dictionary.md'), 'utf8')
  assert.equal(page, dataDictionary())
})

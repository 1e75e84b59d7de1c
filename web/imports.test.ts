import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const IMPORT = /^\s*(import|export)\s+(type\s)?[^'"]*?from\s+['"]([^'"]+)['"]/gm

/** What the page is made of besides its own files. */
const PACKAGES = ['react', 'react-dom/client', 'lightweight-charts']

test('the page shares with the server only the domain, and the types of the answers', () => {
  const files = globSync('web/src/**/*.{ts,tsx}', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  assert.ok(files.length > 30)
  for (const file of files) {
    const source = readFileSync(join(root, file), 'utf8')
    for (const [, , typeOnly, from = ''] of source.matchAll(IMPORT)) {
      const told = `${file} imports ${from}`
      if (!from.startsWith('.')) {
        assert.ok(PACKAGES.includes(from), told)
        continue
      }
      const target = relative(root, resolve(dirname(join(root, file)), from))
      if (target.startsWith('web/src/')) continue
      if (target === 'src/gateway/schemas/index.ts') assert.ok(typeOnly !== undefined, `${told}: only its types`)
      else assert.equal(target, 'src/market/index.ts', told)
    }
  }
})

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')

/** Every code that a room's file of errors declares. */
function declaredCodes(): readonly string[] {
  const files = globSync(['src/*/*-error.ts', 'src/platform/problem.ts'], { cwd: root })
  const codes = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    return [
      ...text.matchAll(
        /^\s*(?:\| )?(?:export [^\n]*\[)?'([A-Z]+_[A-Z_]+)'|^ {2}([A-Z]+_[A-Z_]+): \{|, '([A-Z]+_[A-Z_]+)'/gm,
      ),
    ].map(([, quoted, key, listed]) => quoted ?? key ?? listed ?? '')
  })
  return [...new Set(codes)].sort()
}

/** Every code that has a row on the page. */
function documentedCodes(): readonly string[] {
  const page = readFileSync(join(root, 'docs', 'errors.md'), 'utf8')
  return [...page.matchAll(/^\| `([A-Z]+_[A-Z_]+)`/gm)].map(([, code]) => code ?? '').sort()
}

test('docs/errors.md lists exactly the codes that the code has, each once', () => {
  assert.deepEqual(documentedCodes(), declaredCodes())
})

test('the rooms that can fail are all looked at', () => {
  const rooms = new Set(declaredCodes().map((code) => code.split('_')[0]))
  for (const room of [
    'MARKET',
    'VENUE',
    'LOG',
    'STORE',
    'CONTROL',
    'CONFIG',
    'ROLE',
    'HTTP',
    'COLLECTOR',
    'GATEWAY',
    'SIMULATOR',
    'CLI',
  ])
    assert.ok(rooms.has(room), room)
})

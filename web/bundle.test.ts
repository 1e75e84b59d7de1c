import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/** What a first visit may cost, compressed. */
const SCRIPT_BUDGET_BYTES = 220_000
const STYLE_BUDGET_BYTES = 16_000

test('the built dashboard stays within its budget and loads nothing from elsewhere', async (context) => {
  const directory = await mkdtemp(join(tmpdir(), 'opentape-bundle-'))
  context.after(() => rm(directory, { recursive: true, force: true }))
  await build({
    configFile: join(import.meta.dirname, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: directory, emptyOutDir: true },
  })
  const names = await readdir(directory, { recursive: true })
  const sizes = { js: 0, css: 0 }
  for (const name of names) {
    const kind = name.endsWith('.js') ? 'js' : name.endsWith('.css') ? 'css' : undefined
    if (kind === undefined) continue
    const content = await readFile(join(directory, name))
    sizes[kind] += gzipSync(content).byteLength
    if (kind === 'css') assert.doesNotMatch(content.toString(), /url\(\s*["']?https?:|@import/)
  }
  assert.ok(sizes.js > 10_000 && sizes.js < SCRIPT_BUDGET_BYTES, `scripts: ${sizes.js} bytes compressed`)
  assert.ok(sizes.css < STYLE_BUDGET_BYTES, `styles: ${sizes.css} bytes compressed`)
  const page = await readFile(join(directory, 'index.html'), 'utf8')
  assert.doesNotMatch(page, /(?:src|href)="(?:https?:)?\/\//)
})

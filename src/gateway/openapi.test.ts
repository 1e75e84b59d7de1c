import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import project from '../../package.json' with { type: 'json' }
import { openApiDocument } from './openapi-document.ts'

const COMMITTED = new URL('../../docs/openapi.json', import.meta.url)

test('docs/openapi.json is what the routes say', async () => {
  const committed = await readFile(COMMITTED, 'utf8')
  assert.equal(await openApiDocument(project.version), committed, 'run `node scripts/write-docs.ts`')
})

test('every reference of the document leads somewhere, and every operation has a name of its own', async () => {
  const text = await openApiDocument(project.version)
  const document = JSON.parse(text) as {
    paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>
    components: { schemas: Record<string, unknown> }
  }
  for (const [, name] of text.matchAll(/"\$ref": "#\/components\/schemas\/([^"]+)"/g)) {
    assert.ok(Object.hasOwn(document.components.schemas, name ?? ''), name)
  }
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
  const names = operations.map(({ operationId }) => operationId)
  assert.equal(new Set(names).size, names.length)
  for (const { responses } of operations) assert.ok('200' in responses && '4XX' in responses && '5XX' in responses)
})

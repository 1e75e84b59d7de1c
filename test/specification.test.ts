import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import project from '../package.json' with { type: 'json' }
import { withFigures } from '../scripts/figures.ts'
import { CollectorMetrics } from '../src/collector/collector-metrics.ts'
import { TOPICS } from '../src/log/index.ts'
import { createMetrics } from '../src/platform/serving.ts'
import { ProcessorMetrics } from '../src/processor/processor-metrics.ts'
import { DERIVED_TABLES } from '../src/store/schema/derived-tables.ts'
import { TABLE_NAMES } from '../src/store/schema/tables.ts'

// The specification says what is there. These tests hold it to that: whatever it names exists, and nothing of the kinds
// that it lists in full is left out.

const ROOT = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const SPECIFICATION = read('docs/specification.md')

/** Documents about the product as it is. */
const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...globSync('docs/**/*.md', { cwd: ROOT }),
  ...globSync('src/**/README.md', { cwd: ROOT }),
]

/** What stands between backticks, code blocks left out. */
function quotedIn(text: string): string[] {
  return [...text.replace(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, quoted = '']) => quoted)
}

function sorted(items: Iterable<string>): string[] {
  return [...new Set(items)].sort()
}

const HEADINGS = [
  'Overview and scope',
  'Architecture',
  'Components',
  'Data flow',
  'Functional requirements',
  'Non-functional requirements',
  'Response times',
  'Throughput',
  'Concurrent users',
  'Resource use',
  'Scaling',
  'Load balancing',
  'Uptime',
  'Recovery time',
  'Technology choices',
  'Data models',
  'Schema',
  'Topics and message formats',
  'External APIs',
  'Internal APIs',
  'Processing algorithms',
  'Security',
  'Threat model',
  'Compliance',
  'Caching',
  'Query optimisation',
  'Errors',
  'Categories and codes',
  'Retries',
  'Metrics',
  'Logs',
  'Alerts',
  'Testing',
  'Environments',
  'Deployment',
  'Migration and rollback',
  'Dependencies',
  'Constraints',
  'Risks',
  'Glossary',
  'Not built yet',
]

test('the specification has every heading, and something under each', () => {
  const sections = [...SPECIFICATION.matchAll(/^(#{2,4}) (?:[\d.]+ )?(.+)$/gm)]
  const found = sections.map(([, , heading = '']) => heading)
  assert.deepEqual(
    HEADINGS.filter((heading) => !found.includes(heading)),
    [],
  )
  for (const [index, section] of sections.entries()) {
    const end = sections[index + 1]?.index ?? SPECIFICATION.length
    const body = SPECIFICATION.slice(section.index + section[0].length, end).trim()
    const hasParts = (sections[index + 1]?.[1] ?? '').length > (section[1] ?? '').length
    assert.ok(body !== '' || hasParts, `there is nothing under "${section[2]}"`)
  }
})

test('nothing of the specification is left for later without saying so', () => {
  assert.doesNotMatch(SPECIFICATION, /^\|.*\| *\|/m, 'a cell of a table is blank')
  assert.doesNotMatch(SPECIFICATION, /\b(TODO|TBD|FIXME|XXX)\b|to be (?:done|written|decided)|lorem ipsum/i)
})

test('the measured figures are those of the page of benchmarks (npm run docs writes them)', () => {
  assert.equal(SPECIFICATION, withFigures(SPECIFICATION, read('docs/benchmarks.md')))
})

test('a figure is taken from its table, with whether it reaches its target', () => {
  const page = `<!-- generated: latency -->\n| what | measured | target | reached |\n| --- | --- | --- | --- |
| p50 | 3 ms |  |  |\n| p99 | 41 ms | ≤ 30 ms | **no** |\n<!-- end: latency -->`
  const row = (figure: string): string => `| N-01 | from receipt | p99 under 30 ms | ${figure} | \`npm run bench\` |`
  assert.equal(withFigures(row('no figure yet'), page), row('p99: 41 ms (**not reached**)'))
  assert.equal(withFigures(row('p99: 41 ms'), ''), row('no figure yet'))
})

interface Requirement {
  readonly id: string
  readonly met: boolean
  readonly proof: string
}

/** Rows of the table of requirements: id, statement, criterion, whether it is met, proof. */
function requirements(): Requirement[] {
  return [...SPECIFICATION.matchAll(/^\| (F-\d+) \| [^|]+ \| [^|]+ \| (yes|no) \| ([^\n]*) \|$/gm)].map(
    ([, id = '', met, proof = '']) => ({ id, met: met === 'yes', proof }),
  )
}

/** A test by its file and its title, as the specification names it: `file` “title”. */
function testsNamedIn(text: string): { readonly file: string; readonly title: string }[] {
  return [...text.matchAll(/`((?:src|test|web|scripts)\/[\w./-]+\.ts)` “([^”]+)”/g)].map(
    ([, file = '', title = '']) => ({ file, title }),
  )
}

function hasTest(file: string, title: string): boolean {
  if (!existsSync(join(ROOT, file))) return false
  const text = read(file).replaceAll("\\'", "'")
  return ["'", '"', '`'].some((quote) => text.includes(`test(${quote}${title}${quote}`))
}

test('every requirement that is ticked names a test that exists, and every other says why it is not', () => {
  const all = requirements()
  assert.equal(all.length, [...SPECIFICATION.matchAll(/^\| F-\d+ \|/gm)].length, 'a row has not the form of the others')
  assert.ok(all.length > 50)
  assert.deepEqual(sorted(all.map(({ id }) => id)), all.map(({ id }) => id).sort(), 'an id is there twice')
  for (const { id, met, proof } of all) {
    if (met) assert.ok(testsNamedIn(proof).length > 0, `${id} is ticked and names no test`)
    else assert.ok(proof.length > 10, `${id} is not ticked and does not say why`)
  }
})

test('every test that a document names exists', () => {
  for (const path of DOCUMENTS) {
    for (const { file, title } of testsNamedIn(read(path))) {
      assert.ok(hasTest(file, title), `${path} names the test “${title}” of ${file}, which is not there`)
    }
  }
})

test('every metric of the code is in the specification, and no other', async () => {
  const registry = createMetrics('test')
  const counts = { repaired: 0, partly: 0, beyond: 0, rows: 0, found: 0, failures: 0 }
  new CollectorMetrics(registry).watchBackfill(registry, { counts, waiting: 0, underWay: [] })
  new ProcessorMetrics(registry)
  const registered = registry.getMetricsAsArray().map(({ name }) => name)
  const gateway = [...read('src/gateway/gateway-metrics.ts').matchAll(/'(opentape_gateway_\w+)'/g)].map(
    ([, name = '']) => name,
  )
  const isOurs = (name: string): boolean => /^opentape_(?:collector|processor|gateway)_/.test(name)
  const named = quotedIn(SPECIFICATION).flatMap((quoted) => quoted.match(/\bopentape_[a-z]+_\w+/g) ?? [])
  assert.deepEqual(sorted(named.filter(isOurs)), sorted([...registered.filter(isOurs), ...gateway]))
  for (const name of named) assert.ok(isOurs(name) || registered.includes(name), `there is no metric ${name}`)
  const operations = quotedIn(read('docs/operations.md')).flatMap(
    (quoted) => quoted.match(/\bopentape_[a-z]+_\w+/g) ?? [],
  )
  for (const name of operations) {
    const base = name.replace(/_(?:bucket|count|sum)$/, '')
    assert.ok([...named, ...registered].includes(base), `docs/operations.md: there is no metric ${name}`)
  }
})

test('every key of the configuration that a document names is in the schema', () => {
  const keys = [...read('docs/configuration.md').matchAll(/^\| `([\w.<>-]+)` \|/gm)].map(([, key = '']) => key)
  const sections = sorted(keys.map((key) => key.split('.')[0] ?? ''))
  assert.ok(keys.length > 30)
  const looksLikeKey = new RegExp(`^(?:${sections.join('|')})(?:\\.[\\w<>*-]+)+$`)
  const isFile = /\.(?:ts|tsx|js|json|md|sqlite|yaml|test)$/
  for (const path of DOCUMENTS) {
    for (const quoted of quotedIn(read(path))) {
      if (!looksLikeKey.test(quoted) || isFile.test(quoted)) continue
      const key = quoted.replace(/^venues\.[^.]+/, 'venues.<venue>').replace(/\.\*$/, '')
      const exists = keys.some((known) => known === key || known.startsWith(`${key}.`))
      assert.ok(exists, `${path}: there is no key ${quoted}`)
    }
  }
})

test('every environment variable that a document names is read somewhere', () => {
  const known = [
    ...globSync(['{src,test,bench,scripts}/**/*.{ts,js}', '.ci/run', 'docs/configuration.md'], {
      cwd: ROOT,
      exclude: (name) => name.includes('node_modules') || name.endsWith('specification.test.ts'),
    }),
  ]
    .map(read)
    .join('\n')
  for (const path of DOCUMENTS) {
    for (const [name] of read(path).matchAll(/\bOPENTAPE_[A-Z_]+[A-Z]\b/g)) {
      assert.ok(known.includes(name), `${path}: nothing reads ${name}`)
    }
  }
})

test('the specification lists the addresses of the gateway in full, and names no other', () => {
  const api: { readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> } = JSON.parse(
    read('docs/openapi.json'),
  )
  const described = Object.entries(api.paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .filter((address) => address.includes('/api/v1/'))
  const named = quotedIn(SPECIFICATION).filter((quoted) => /^(?:GET|POST|PUT|DELETE) \/api\/v1\//.test(quoted))
  const withoutQuery = named.map((address) => address.replace(/\?.*$/, ''))
  assert.deepEqual(sorted(withoutQuery), sorted([...described, 'GET /api/v1/stream']))
})

test('every other address that the specification names is in the code', () => {
  const sources = globSync('src/**/*.ts', { cwd: ROOT })
    .filter((path) => !path.includes('.test.ts'))
    .map(read)
    .join('\n')
  for (const quoted of quotedIn(SPECIFICATION)) {
    const path = /^(?:GET|POST|PUT|DELETE) (\/[^\s?{]*)/.exec(quoted)?.[1]
    if (path === undefined || path.startsWith('/api/v1/')) continue
    assert.ok(sources.includes(path.replace(/\/$/, '')), `nothing in src knows ${quoted}`)
  }
})

test('every error code that a document names is one', () => {
  const codes = [...read('docs/errors.md').matchAll(/^\| `([A-Z]+_[A-Z_]+)`/gm)].map(([, code = '']) => code)
  const rooms = sorted(codes.map((code) => code.split('_')[0] ?? ''))
  const looksLikeCode = new RegExp(`^(?:${rooms.join('|')})_[A-Z_]+$`)
  for (const path of DOCUMENTS) {
    for (const quoted of quotedIn(read(path))) {
      if (looksLikeCode.test(quoted)) assert.ok(codes.includes(quoted), `${path}: there is no error ${quoted}`)
    }
  }
})

test('topics, messages and tables are all in the specification', () => {
  const named = new Set(quotedIn(SPECIFICATION))
  const [events = ''] = read('docs/data-dictionary.md').split(/^## Tables/m)
  const messages = [...events.matchAll(/^### `([\w-]+)`/gm)].map(([, name = '']) => name)
  assert.ok(messages.length >= 10)
  for (const name of [...TOPICS, ...messages, ...TABLE_NAMES, ...Object.keys(DERIVED_TABLES)]) {
    assert.ok(named.has(name), `the specification does not name ${name}`)
  }
})

test('dependencies stand in the specification with the versions of package.json, all of them', () => {
  const listed = [...SPECIFICATION.matchAll(/^\| `((?:@[\w.-]+\/)?[\w.-]+)` \| `(\^?[\d.]+)` \|/gm)].map(
    ([, name = '', version = '']) => `${name} ${version}`,
  )
  const wanted = Object.entries({ ...project.dependencies, ...project.devDependencies }).map(
    ([name, version]) => `${name} ${version}`,
  )
  assert.deepEqual(sorted(listed), sorted(wanted))
})

test('the page of technology weighs every library that the product runs on', () => {
  const page = read('docs/architecture/tech-stack.md')
  for (const name of [...Object.keys(project.dependencies), ...Object.keys(project.devDependencies)]) {
    if (!name.startsWith('@types/')) assert.ok(page.includes(`\`${name}\``), `tech-stack.md says nothing of ${name}`)
  }
})

test('files, folders and scripts that documents name are there', () => {
  for (const path of DOCUMENTS) {
    for (const quoted of quotedIn(read(path))) {
      if (/^(?:src|test|web|docs|scripts|bench|bin|\.ci|\.github)\/[\w./-]*$/.test(quoted)) {
        assert.ok(existsSync(join(ROOT, quoted)), `${path} names ${quoted}, which is not there`)
      }
      const script = /^npm run ([\w:-]+)/.exec(quoted)?.[1]
      if (script !== undefined) assert.ok(script in project.scripts, `${path}: there is no script ${script}`)
      const measurement = /^npm run bench -- ([a-z]+)/.exec(quoted)?.[1]
      if (measurement !== undefined)
        assert.ok(measurements().has(measurement), `${path}: nothing measures ${measurement}`)
    }
  }
})

/** Names of the measurements of `npm run bench`. */
function measurements(): Set<string> {
  const files = globSync('bench/*/*.ts', { cwd: ROOT })
  return new Set(
    files.flatMap((path) => [...read(path).matchAll(/^ {2}name: '([a-z]+)',$/gm)].map(([, name = '']) => name)),
  )
}

test('links between documents lead somewhere', () => {
  for (const path of DOCUMENTS) {
    for (const [, target = ''] of read(path).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
      const [file = '', anchor] = target.split('#', 2)
      const to = file === '' ? path : join(dirname(path), file)
      assert.ok(existsSync(join(ROOT, to)), `${path} links to ${target}, which is not there`)
      if (anchor !== undefined) assert.ok(anchorsOf(read(to)).has(anchor), `${path}: ${to} has no heading #${anchor}`)
    }
  }
})

/** The names under which a forge links to headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

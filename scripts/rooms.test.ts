import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { cruise, type ICruiseOptions } from 'dependency-cruiser'
import configuration from '../.dependency-cruiser.js'

/** A tree that breaks nothing; each case adds files to it. */
const SOUND = {
  'package.json': '{"type":"module","dependencies":{"used":"1"},"devDependencies":{"tool":"1"}}',
  'node_modules/used/package.json': '{"name":"used","main":"index.js"}',
  'node_modules/used/index.js': 'export const a = 1',
  'node_modules/tool/package.json': '{"name":"tool","main":"index.js"}',
  'node_modules/tool/index.js': 'export const a = 1',
  'node_modules/ws/package.json': '{"name":"ws","main":"index.js"}',
  'node_modules/ws/index.js': 'export const a = 1',
  'src/market/index.ts': "export { price } from './price.ts'\n",
  'src/market/price.ts': 'export const price = 1\nexport type Price = number\n',
  'src/venues/index.ts': "import { price } from '../market/index.ts'\nexport const venues = [price]\n",
  'src/venues/shared/feed.ts': 'export const feed = 1\n',
  'src/venues/kraken/index.ts': "import { feed } from '../shared/feed.ts'\nexport const kraken = feed\n",
  'src/venues/kraken-futures/index.ts': "import { kraken } from '../kraken/index.ts'\nexport const futures = kraken\n",
  'src/platform/index.ts':
    "import { a } from 'used'\nimport { readFileSync } from 'node:fs'\nexport const platform = [a, readFileSync]\n",
  'src/control/index.ts': 'export const control = 1\n',
  'src/log/index.ts': 'export const log = 1\n',
  'src/store/index.ts': 'export const store = 1\n',
  'src/collector/index.ts': "import { venues } from '../venues/index.ts'\nexport const collector = venues\n",
  'src/processor/index.ts': "import { store } from '../store/index.ts'\nexport const processor = store\n",
  'src/gateway/index.ts': "import { control } from '../control/index.ts'\nexport const gateway = control\n",
  'src/simulator/index.ts': 'export const simulator = 1\n',
  'src/cli/index.ts': "import { gateway } from '../gateway/index.ts'\nexport const cli = gateway\n",
  'web/src/main.ts': 'export const page = 1\n',
  'test/helper.ts': 'export const help = 1\n',
}

const CASES: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['room-market', 'src/market/a.ts', "import { log } from '../log/index.ts'\nexport const a = log\n"],
  ['room-venues', 'src/venues/a.ts', "import { platform } from '../platform/index.ts'\nexport const a = platform\n"],
  ['room-log', 'src/log/a.ts', "import { store } from '../store/index.ts'\nexport const a = store\n"],
  ['room-store', 'src/store/a.ts', "import { log } from '../log/index.ts'\nexport const a = log\n"],
  ['room-control', 'src/control/a.ts', "import { price } from '../market/index.ts'\nexport const a = price\n"],
  [
    'room-platform',
    'src/platform/a.ts',
    "import type { Price } from '../market/index.ts'\nexport const a: Price = 1\n",
  ],
  [
    'room-collector',
    'src/collector/a.ts',
    "import { processor } from '../processor/index.ts'\nexport const a = processor\n",
  ],
  ['room-processor', 'src/processor/a.ts', "export * from '../gateway/index.ts'\n"],
  ['room-gateway', 'src/gateway/a.ts', "export const a = () => import('../collector/index.ts')\n"],
  ['room-simulator', 'src/simulator/a.ts', "import { venues } from '../venues/index.ts'\nexport const a = venues\n"],
  ['room-cli', 'src/cli/a.ts', "import { a } from '../extra/index.ts'\nexport const b = a\n"],
  ['unknown-room', 'src/extra/a.ts', "import { price } from '../market/index.ts'\nexport const a = price\n"],
  ['through-the-door', 'src/venues/a.ts', "import { price } from '../market/price.ts'\nexport const a = price\n"],
  [
    'through-the-door',
    'src/venues/b.ts',
    "import type { Price } from '../market/price.ts'\nexport const a: Price = 1\n",
  ],
  ['no-cycles', 'src/log/index.ts', "import { b } from './b.ts'\nexport const log = b\n"],
  ['venues-apart', 'src/venues/binance/a.ts', "import { kraken } from '../kraken/index.ts'\nexport const a = kraken\n"],
  [
    'venues-apart',
    'src/venues/kraken/a.ts',
    "import { futures } from '../kraken-futures/index.ts'\nexport const a = futures\n",
  ],
  ['pure', 'src/venues/a.ts', "import { connect } from 'node:net'\nexport const a = connect\n"],
  ['pure', 'src/market/a.ts', "import { a } from 'ws'\nexport const b = a\n"],
  ['product-not-to-tests', 'src/log/a.ts', "import { help } from '../../test/helper.ts'\nexport const a = help\n"],
  ['web-apart', 'web/src/a.ts', "import { gateway } from '../../src/gateway/index.ts'\nexport const a = gateway\n"],
  ['server-not-to-web', 'src/gateway/a.ts', "import { page } from '../../web/src/main.ts'\nexport const a = page\n"],
  ['no-development-packages', 'src/platform/a.ts', "import { a } from 'tool'\nexport const b = a\n"],
  ['unresolvable', 'src/platform/a.ts', "import { a } from './nowhere.ts'\nexport const b = a\n"],
]

const EXTRA = {
  'src/log/b.ts': "import { log } from './index.ts'\nexport const b = log\n",
  'src/extra/index.ts': 'export const a = 1\n',
}

async function violations(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const root = mkdtempSync(join(tmpdir(), 'opentape-rooms-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
    }
    const options: ICruiseOptions = {
      ...configuration.options,
      ruleSet: { forbidden: configuration.forbidden ?? [] },
      validate: true,
      baseDir: root,
    }
    const { output } = await cruise(['src', 'web', 'test'], options)
    assert.ok(typeof output === 'object')
    return output.summary.violations.map((violation) => violation.rule.name)
  } finally {
    rmSync(root, { recursive: true })
  }
}

test('a tree that keeps the rules passes', async () => {
  assert.deepEqual(await violations(SOUND), [])
})

for (const [rule, file, text] of CASES)
  test(`${rule} catches ${file}: ${text.split('\n')[0]}`, async () => {
    assert.ok((await violations({ ...SOUND, ...EXTRA, [file]: text })).includes(rule))
  })

test('every rule has a case', () => {
  const rules = (configuration.forbidden ?? []).map((rule) => rule.name)
  const untested = rules.filter((rule) => !CASES.some(([tested]) => tested === rule))
  assert.deepEqual(untested, [])
})

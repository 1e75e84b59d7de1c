// `npm test`, and `npm run test:slow` with what would take it beyond five minutes. Plain JavaScript: on a Node that is too old it says what to do instead of failing in a puzzling way.
import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { adviceFor, isSupported } from './node-version.js'

if (!isSupported()) {
  console.error(adviceFor())
  process.exit(2)
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** Whole installations and browsers first: what takes long must not be what everything waits for in the end. */
const ALL_TESTS = [
  'test/**/*.test.ts',
  'src/**/*.test.ts',
  'web/**/*.test.ts',
  'scripts/**/*.test.ts',
  'bench/**/*.test.ts',
]
const NOT_MEASURED = ['**/*.test.ts', '**/*.conformance.ts', 'test/**', 'scripts/**', 'bench/**', 'web/dist/**']
/** Many tests wait for what other processes do: two of them leave two cores idle a third of the time. */
const CONCURRENCY = 3
const TEST_TIMEOUT_MILLISECONDS = 180_000

const isSlow = process.argv.includes('--slow')
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-') && argument !== '--slow')
const patterns = named.length > 0 ? named : isSlow ? ['test/**/*.slow.test.ts'] : ALL_TESTS
const isLeftOut = (path) => !isSlow && named.length === 0 && path.endsWith('.slow.test.ts')
const exclude = (path) => /(^|\/)(node_modules|dist)$/.test(path) || isLeftOut(path)
const files = patterns.flatMap((pattern) => fs.globSync(pattern, { cwd: root, exclude }).sort())
if (files.length === 0) {
  console.error(`No test file matches ${patterns.join(' ')}.`)
  process.exit(1)
}

// Coverage is of the whole; of a few files it says nothing.
const coverage =
  named.length > 0 || isSlow
    ? []
    : ['--experimental-test-coverage', ...NOT_MEASURED.map((glob) => `--test-coverage-exclude=${glob}`)]
const child = spawn(
  process.execPath,
  [
    '--test',
    `--test-concurrency=${CONCURRENCY}`,
    `--test-timeout=${TEST_TIMEOUT_MILLISECONDS}`,
    ...coverage,
    ...flags,
    ...files,
  ],
  { cwd: root, stdio: 'inherit' },
)
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1
})

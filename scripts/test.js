// `npm test`. Plain JavaScript: on a Node that is too old it says what to do instead of failing in a puzzling way.
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
const ALL_TESTS = [
  'src/**/*.test.ts',
  'test/**/*.test.ts',
  'web/**/*.test.ts',
  'scripts/**/*.test.ts',
  'bench/**/*.test.ts',
]
const NOT_MEASURED = ['**/*.test.ts', '**/*.conformance.ts', 'test/**', 'scripts/**', 'bench/**', 'web/dist/**']
const CONCURRENCY = 2
const TEST_TIMEOUT_MILLISECONDS = 180_000

const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'))
const patterns = named.length > 0 ? named : ALL_TESTS
const files = fs.globSync(patterns, { cwd: root, exclude: (path) => /(^|\/)(node_modules|dist)$/.test(path) }).sort()
if (files.length === 0) {
  console.error(`No test file matches ${patterns.join(' ')}.`)
  process.exit(1)
}

// Coverage is of the whole; of a few files it says nothing.
const coverage =
  named.length > 0
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

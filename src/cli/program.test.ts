import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createProgram } from './main.ts'

const scratch = mkdtempSync(join(tmpdir(), 'opentape-program-'))
after(() => rmSync(scratch, { recursive: true }))
const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'opentape.js')

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** Runs the program as a person would, in an empty directory. */
async function run(
  argumentsGiven: readonly string[],
  options: { readonly input?: string; readonly environment?: Record<string, string> } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...argumentsGiven], {
    cwd: scratch,
    env: { ...process.env, ...options.environment },
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, output, errors }
}

const COMMANDS = [
  'up',
  'collect',
  'process',
  'serve',
  'store',
  'simulate',
  'normalize',
  'export',
  'completeness',
  'venues',
  'doctor',
  'token',
]

test('help lists every command and the exit codes', async () => {
  const { code, output } = await run(['--help'])
  assert.equal(code, 0)
  for (const command of COMMANDS) assert.match(output, new RegExp(`^  ${command}\\b`, 'm'))
  assert.match(output, /Exit codes:/)
  assert.doesNotMatch(output, /\p{Cc}\[/u)
})

test('every command has help of its own with an example', () => {
  for (const name of COMMANDS) {
    const command = createProgram().commands.find((each) => each.name() === name)
    assert.ok(command !== undefined, name)
    let page = ''
    command.configureOutput({
      writeOut: (text) => {
        page += text
      },
    })
    command.outputHelp()
    assert.match(page, new RegExp(`Examples:\\n  .*opentape ${name}`, 's'), name)
  }
})

test('wrong usage ends with 2, suggests the right word, and is JSON for programs', async () => {
  const typo = await run(['vneues'])
  assert.equal(typo.code, 2)
  assert.match(typo.errors, /Did you mean venues/)
  const json = await run(['--json', 'normalize'])
  assert.equal(json.code, 2)
  assert.equal(JSON.parse(json.errors).error.code, 'CLI_USAGE')
})

test('a configuration that cannot be used ends with 2 and names every fault', async () => {
  const { code, errors } = await run(['up', '--json', '--set', 'gateway.prt=1'], {
    environment: { OPENTAPE_LOG: 'ftp://x' },
  })
  assert.equal(code, 2)
  const { error } = JSON.parse(errors)
  assert.equal(error.code, 'CONFIG_INVALID')
  assert.deepEqual(error.problems.map((problem: { key: string }) => problem.key).sort(), ['gateway.prt', 'log.url'])
})

test('venues are listed for people and for programs', async () => {
  const { output } = await run(['venues'])
  assert.match(output, /kraken .*enabled/)
  const listed = JSON.parse((await run(['venues', '--json', '--set', 'venues.kraken.enabled=false'])).output)
  assert.equal(listed.find((venue: { venue: string }) => venue.venue === 'kraken').enabled, false)
})

test('a token is made, listed without its secret, and revoked', async () => {
  const data = ['--json', '--data', join(scratch, 'tokens')]
  const made = JSON.parse((await run(['token', 'create', 'grafana', '--days', '3', ...data])).output)
  assert.match(made.token, /^ot_[0-9a-f]{12}_/)
  const listed = await run(['token', 'list', ...data])
  assert.equal(JSON.parse(listed.output)[0].id, made.id)
  assert.equal(listed.output.includes(made.token.slice(16)), false)
  assert.notEqual(JSON.parse((await run(['token', 'revoke', made.id, ...data])).output).revokedTime, null)
  const unknown = await run(['token', 'revoke', 'nothing', ...data])
  assert.equal(unknown.code, 1)
  assert.equal(JSON.parse(unknown.errors).error.code, 'CONTROL_TOKEN_UNKNOWN')
})

test('a capture on standard input is normalized; a line that is none is named and harms nothing else', async () => {
  const lines = [
    { t: 1, kind: 'ws', dir: 'open', url: 'wss://ws-feed.exchange.coinbase.com', conn: 'a', data: '' },
    { t: 2, kind: 'ws', dir: 'in', url: 'wss://ws-feed.exchange.coinbase.com', conn: 'a', data: match(1) },
    { t: 3, kind: 'ws', dir: 'in', url: 'wss://ws-feed.exchange.coinbase.com', conn: 'a', data: match(2) },
  ].map((line) => JSON.stringify(line))
  lines.splice(2, 0, 'not a record')
  const { code, output, errors } = await run(['normalize', '--venue', 'coinbase'], { input: lines.join('\n') })
  assert.equal(code, 0, errors)
  assert.match(errors, /^line 3: .*\[VENUE_CAPTURE_LINE_INVALID\]$/m)
  const trades = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((event) => event.messageType === 'trade')
  assert.deepEqual(
    trades.map((event) => event.payload.id),
    ['1', '2'],
  )
})

test('what is no capture, or not there, is said', async () => {
  const rubbish = await run(['normalize', '--venue', 'kraken', '--json'], { input: 'hello\n' })
  assert.equal(rubbish.code, 1)
  assert.match(rubbish.errors, /VENUE_CAPTURE_INVALID/)
  assert.match(
    (await run(['normalize', '--venue', 'kraken', 'nowhere.ndjson'])).errors,
    /nowhere\.ndjson cannot be read.*CLI_INPUT_UNREADABLE/,
  )
})

test('the doctor names what is wrong and what to do', async () => {
  writeFileSync(join(scratch, 'bad.yaml'), 'gateway: { port: many }\n')
  const { code, output } = await run(['doctor', '--json', '--config', 'bad.yaml'])
  assert.equal(code, 2)
  const found = JSON.parse(output).checks.find((check: { check: string }) => check.check === 'configuration')
  assert.match(found.detail, /gateway\.port .*"many" is not allowed/)
})

function match(id: number): string {
  return JSON.stringify({
    type: 'match',
    trade_id: id,
    maker_order_id: 'm',
    taker_order_id: 't',
    side: 'sell',
    size: '0.5',
    price: '100.1',
    product_id: 'BTC-USD',
    sequence: id,
    time: '2026-01-31T12:00:00.000001Z',
  })
}

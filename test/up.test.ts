import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Static, type TSchema, Type } from 'typebox'
import { Parse } from 'typebox/value'

const PROGRAM = join(import.meta.dirname, '..', 'bin', 'opentape.js')
const PATIENCE_MILLISECONDS = 90_000
const POLL_MILLISECONDS = 100
const ANY_PORTS = ['gateway', 'collector', 'processor', 'store', 'simulator'].flatMap((part) => [
  '--set',
  `${part}.port=0`,
])

const Said = Type.Object({
  event: Type.String(),
  url: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  part: Type.Optional(Type.String()),
  venue: Type.Optional(Type.String()),
  how: Type.Optional(Type.String()),
  pid: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
})
type Said = Static<typeof Said>

const Trades = Type.Object({ items: Type.Array(Type.Object({ id: Type.Union([Type.String(), Type.Null()]) })) })
const Assets = Type.Object({
  items: Type.Array(Type.Object({ id: Type.String(), price: Type.String(), simulated: Type.Boolean() })),
})

const Payload = Type.Record(Type.String(), Type.Unknown())
type Payload = Static<typeof Payload>
const Envelope = Type.Object({ messageType: Type.String(), payload: Payload })

/** `opentape up --demo --json`, and what it says. */
class Demo {
  readonly said: Said[] = []
  readonly #process: ChildProcess
  readonly #ended: Promise<number | null>
  #errors = ''

  constructor(data: string) {
    this.#process = spawn(process.execPath, [PROGRAM, 'up', '--demo', '--json', '--data', data, ...ANY_PORTS], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { stdout, stderr } = this.#process
    assert.ok(stdout !== null && stderr !== null)
    createInterface({ input: stdout }).on('line', (line) => this.said.push(Parse(Said, JSON.parse(line))))
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
    })
    this.#ended = new Promise((resolve) => this.#process.once('close', resolve))
  }

  /** The first thing that it said, or says, that fits; after the one that came before, if there is one. */
  async hear(wanted: Partial<Said>, after = -1): Promise<{ readonly said: Said; readonly at: number }> {
    return await eventually(`hear ${JSON.stringify(wanted)}`, async () => {
      const at = this.said.findIndex(
        (each, index) =>
          index > after && Object.entries(wanted).every(([key, value]) => each[key as keyof Said] === value),
      )
      const said = this.said[at]
      if (said !== undefined) return { said, at }
      if (this.#process.exitCode !== null) throw new Error(`it ended: ${this.#errors}`)
      return undefined
    })
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  async stop(): Promise<number | null> {
    this.#process.kill('SIGINT')
    return await this.#ended
  }

  kill(): void {
    if (this.#process.exitCode === null) this.#process.kill('SIGKILL')
  }
}

/** What the work gives as soon as it gives something. The whole system is slow on a machine that is busy. */
async function eventually<Result>(what: string, work: () => Promise<Result | undefined>): Promise<Result> {
  const until = performance.now() + PATIENCE_MILLISECONDS
  for (;;) {
    const result = await work()
    if (result !== undefined) return result
    if (performance.now() > until) throw new Error(`in vain: ${what}`)
    await delay(POLL_MILLISECONDS)
  }
}

async function tradesOf(url: string) {
  const response = await fetch(`${url}/api/v1/trades?venue=binance&instrument=BTC-USDT&limit=1000`)
  return response.ok ? Parse(Trades, await response.json()).items : []
}

let scratch: string
let demo: Demo
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'opentape-up-'))
  demo = new Demo(join(scratch, 'demo'))
})
after(async () => {
  demo.kill()
  await rm(scratch, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 })
})

let gateway = ''

test('the demo comes up, has prices of all venues, and says that they are simulated', async () => {
  gateway = (await demo.hear({ event: 'ready' })).said.url ?? ''
  for (const venue of ['binance', 'coinbase', 'kraken']) await demo.hear({ event: 'venue', venue })
  const assets = await eventually('assets', async () => {
    const response = await fetch(`${gateway}/api/v1/assets`)
    const { items } = Parse(Assets, await response.json())
    return items.length > 5 ? items : undefined
  })
  assert.deepEqual(
    assets.filter((asset) => !asset.simulated || !(Number(asset.price) > 0)),
    [],
  )
})

test('trades reach the store', async () => {
  await eventually('trades', async () => ((await tradesOf(gateway)).length > 3 ? true : undefined))
})

test('a second one on the same directory is refused', async () => {
  const second = spawn(process.execPath, [PROGRAM, 'up', '--demo', '--data', join(scratch, 'demo'), ...ANY_PORTS])
  let errors = ''
  second.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const code = await new Promise((resolve) => second.once('close', resolve))
  assert.equal(code, 4)
  assert.match(errors, new RegExp(`already running .*process ${demo.pid}.*CLI_DIRECTORY_BUSY`, 's'))
})

test('its store is not started a second time beside it', async () => {
  const second = spawn(process.execPath, [PROGRAM, 'store', '--data', join(scratch, 'demo'), '--set', 'store.port=0'])
  let errors = ''
  second.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const code = await new Promise((resolve) => second.once('close', resolve))
  assert.equal(code, 4)
  assert.match(errors, new RegExp(`already running .*process ${demo.pid}.*CLI_DIRECTORY_BUSY`, 's'))
})

test('a part that is killed is started again', async () => {
  const { said: up, at } = await demo.hear({ event: 'part-ready', part: 'collector' })
  assert.ok(up.pid !== undefined && up.pid !== null)
  process.kill(up.pid, 'SIGKILL')
  const ended = await demo.hear({ event: 'part-ended', part: 'collector' }, at)
  assert.equal(ended.said.how, 'signal SIGKILL')
  await demo.hear({ event: 'part-ready', part: 'collector' }, ended.at)
})

test('it stops in the order in which the data goes, and goes on with what it had', async () => {
  const before = await tradesOf(gateway)
  assert.equal(await demo.stop(), 0)
  const stopped = demo.said.filter((each) => each.event === 'part-stopped').map((each) => each.part)
  assert.deepEqual(stopped, ['collector', 'processor', 'gateway', 'simulator', 'store'])
  demo = new Demo(join(scratch, 'demo'))
  const again = (await demo.hear({ event: 'ready' })).said.url ?? ''
  const known = new Set(before.map((trade) => trade.id))
  await eventually('the trades of before', async () => {
    const now = await tradesOf(again)
    return now.some((trade) => known.has(trade.id)) ? true : undefined
  })
  assert.equal(await demo.stop(), 0)
})

test('what is exported raw gives, normalized, the very trades that are exported from the store', async () => {
  const data = join(scratch, 'demo')
  const store = spawn(process.execPath, [PROGRAM, 'store', '--json', '--data', data, '--set', 'store.port=0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const { url } = await new Promise<Said>((resolve, reject) => {
      createInterface({ input: store.stdout }).on('line', (line) => {
        const said = Parse(Said, JSON.parse(line))
        if (said.event === 'ready') resolve(said)
      })
      store.once('exit', (code) => reject(new Error(`the store ended with ${code}`)))
    })
    const at = ['--data', data, '--set', `store.port=${new URL(url ?? '').port}`]
    const [venue, instrument] = ['kraken', 'BTC-USD']
    const capture = join(scratch, `${venue}.ndjson`)
    await output(['export', 'raw', ...at, '--venue', venue, '-o', capture])
    const events = linesOf(await output(['normalize', '--venue', venue, capture]), Envelope)
    const normalized = events
      .filter(({ messageType, payload }) => messageType === 'trade' && payload.instrument === instrument)
      .map(({ payload }) => tradeKey(payload))
    const exported = linesOf(
      await output(['export', 'trades', ...at, '--venue', venue, '--instrument', instrument]),
      Payload,
    )
    assert.ok(exported.length > 3, venue)
    // Told to stop while it was still starting, the processor left the newest on the tape for the next start.
    const stored = exported.map(tradeKey)
    assert.deepEqual(normalized.sort().slice(0, stored.length), stored.sort(), venue)
  } finally {
    store.kill('SIGTERM')
    if (store.exitCode === null) await new Promise((resolve) => store.once('exit', resolve))
  }
})

function linesOf<Schema extends TSchema>(text: string, schema: Schema): Static<Schema>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => Parse(schema, JSON.parse(line)))
}

function tradeKey({ id, price, amount, side, exchangeTime }: Payload): string {
  return [id, price, amount, side, exchangeTime].join(' ')
}

/** What a command writes that does what it is told. */
async function output(argumentsGiven: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, ...argumentsGiven], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  assert.equal(code, 0, argumentsGiven.join(' '))
  return text
}

import type { Capture } from './capture.ts'
import { type Contender, parseAlone } from './contender.ts'
import type { ContenderAnswer, ContenderKind, ContenderOrder } from './contender-process.ts'
import { opentapeContender } from './opentape-contender.ts'

// The process of one contender.

/** Beginnings that are played in a turn at most. Fewer of the shortest captures would leave the engine without the time to warm up. */
const MAXIMUM_REPEATS = 60

/** Behind a collection some hundred frames would be read from cold caches, as no frame of a running collector is. */
const LONG_FRAMES = 5_000

let contender: Contender | undefined
let captures: readonly Capture[] = []
let framesATurn = 1
let texts: readonly (readonly string[])[] = []

process.on('message', (message: ContenderOrder | number) => {
  void (typeof message === 'number' ? turn(message) : begin(message)).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit(0))

async function begin(order: ContenderOrder): Promise<ContenderAnswer> {
  captures = order.captures
  framesATurn = order.framesATurn
  texts = captures.map(({ frames }) => frames.map(({ text }) => text))
  contender = await contenderOf(order.kind)
  return { name: contender?.name ?? null }
}

async function contenderOf(kind: ContenderKind): Promise<Contender | undefined> {
  if (kind === 'parse') return parseAlone
  if (kind === 'opentape-events' || kind === 'opentape-books') return opentapeContender(kind === 'opentape-books')
  // Loaded by those only that need it.
  const { ccxtContender, tardisContender } = await import('./peers.ts')
  return kind === 'ccxt' ? await ccxtContender() : await tardisContender(kind === 'tardis-books')
}

async function turn(index: number): Promise<ContenderAnswer> {
  const capture = captures[index]
  const frames = texts[index]
  if (capture === undefined || frames === undefined || contender === undefined) throw new Error('nothing to read')
  const repeats = Math.min(MAXIMUM_REPEATS, Math.ceil(framesATurn / frames.length))
  let milliseconds = 0
  for (let repeat = 0; repeat < repeats; repeat++) {
    const run = await contender.prepare(capture)
    if (frames.length >= LONG_FRAMES) collectYoung()
    const before = performance.now()
    run(frames)
    milliseconds += performance.now() - before
  }
  return { nanoseconds: (milliseconds * 1_000_000) / (repeats * frames.length) }
}

/**
 * Snapshots leave megabytes behind. They were read before the clock starts, so are collected before it, too. Only a full collection,
 * which this is not, throws optimised code away.
 */
function collectYoung(): void {
  if (gc === undefined) throw new Error('this process has to be started with --expose-gc')
  gc({ type: 'minor', execution: 'sync' })
}

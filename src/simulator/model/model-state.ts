import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { SimulatorError } from '../simulator-error.ts'

const Whole = Type.Integer({ minimum: 0 })

const SavedListing = Type.Object({
  venue: Type.String(),
  symbol: Type.String(),
  lastTradeId: Whole,
  updateId: Whole,
  /** The coin's fair price: where the books are opened again. */
  price: Type.Number({ exclusiveMinimum: 0 }),
  statistics: Type.Object({
    open: Whole,
    high: Whole,
    low: Whole,
    last: Whole,
    lastLots: Whole,
    volumeLots: Whole,
    turnover: Type.String({ pattern: '^\\d+$' }),
    count: Whole,
  }),
  /** The newest trades as [ticks, lots, taker bought, time]; only where the market was stopped in order. */
  trades: Type.Array(Type.Tuple([Whole, Whole, Type.Boolean(), Type.Integer()])),
})

const SavedModel = Type.Object({
  version: Type.Literal(1),
  inOrder: Type.Boolean(),
  listings: Type.Array(SavedListing),
})

/** What a market needs to go on after a restart without using a trade id twice. */
export type ModelState = Static<typeof SavedModel>
export type ListingState = Static<typeof SavedListing>

const compiled = Compile(SavedModel)

/** The state of the last run; undefined if there was none. @throws SimulatorError SIMULATOR_STATE_UNREADABLE */
export function loadModelState(path: string): ModelState | undefined {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw unreadable(path, cause)
  }
  if (!compiled.Check(value)) throw unreadable(path, undefined)
  return value
}

/** Replaces the file in one step, so that a crash leaves the old or the new one. @throws as the file system does. */
export function saveModelState(path: string, state: ModelState): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, JSON.stringify(state))
  renameSync(`${path}.new`, path)
}

function unreadable(path: string, cause: unknown): SimulatorError {
  return new SimulatorError(
    'SIMULATOR_STATE_UNREADABLE',
    `the state of the simulated market in ${path} cannot be read; remove the data directory of the demo to begin anew`,
    { cause },
  )
}

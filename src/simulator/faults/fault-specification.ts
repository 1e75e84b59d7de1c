import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { SIMULATED_VENUES } from '../model/catalogue.ts'
import { SimulatorError } from '../simulator-error.ts'

const MAXIMUM_FRAME_BYTES = 256 * 1024 * 1024

const Venue = Type.Enum(SIMULATED_VENUES)
const Channel = Type.Union([
  Type.Literal('trade'),
  Type.Literal('quote'),
  Type.Literal('book'),
  Type.Literal('ticker'),
  Type.Literal('heartbeat'),
])
const Milliseconds = Type.Integer({ minimum: 0, maximum: 86_400_000 })
const Where = {
  /** One venue; all if absent. */
  venue: Type.Optional(Venue),
  /** Begin so long from now. */
  afterMilliseconds: Type.Optional(Milliseconds),
  /** End so long after the beginning; never if absent. */
  durationMilliseconds: Type.Optional(Milliseconds),
}
const Which = {
  ...Where,
  channel: Type.Optional(Channel),
  /** Symbols of the venue, or instruments such as `BTC-USD`; all if absent. */
  instruments: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 10_000 })),
  /** Chance that a message is hit; 1 if absent. */
  probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  /** So many times at most. */
  count: Type.Optional(Type.Integer({ minimum: 1 })),
}
const strict = { additionalProperties: false }

/** Everything that the simulator can be told to do wrong. */
const Specification = Type.Union([
  /** Breaks all connections, once, or again and again (on average every so often). 1006 is a break without a word. */
  Type.Object(
    {
      kind: Type.Literal('drop'),
      ...Where,
      code: Type.Optional(Type.Enum([1000, 1001, 1006, 1008, 1011, 1012, 1013])),
      everyMilliseconds: Type.Optional(Type.Integer({ minimum: 10, maximum: 86_400_000 })),
    },
    strict,
  ),
  /** The socket lives, but a channel says nothing; what it would have said is lost. */
  Type.Object({ kind: Type.Literal('silence'), ...Which }, strict),
  /** Messages are lost. */
  Type.Object({ kind: Type.Literal('skip'), ...Which }, strict),
  /** Messages come twice. */
  Type.Object({ kind: Type.Literal('repeat'), ...Which }, strict),
  /** A message comes after the one that should have followed it. */
  Type.Object({ kind: Type.Literal('reorder'), ...Which }, strict),
  /** The checksum of a book message is wrong (Kraken). */
  Type.Object({ kind: Type.Literal('corrupt-checksum'), ...Which }, strict),
  /** A frame that no exchange would send, beside a proper one. */
  Type.Object(
    {
      kind: Type.Literal('garbage'),
      ...Which,
      variant: Type.Enum(['invalid-json', 'truncated', 'binary', 'wrong-types', 'absurd-numbers']),
    },
    strict,
  ),
  /** A frame of so many bytes, beside a proper one. */
  Type.Object(
    {
      kind: Type.Literal('huge-frame'),
      ...Which,
      bytes: Type.Integer({ minimum: 1_000, maximum: MAXIMUM_FRAME_BYTES }),
    },
    strict,
  ),
  /** REST answers with an error. */
  Type.Object(
    {
      kind: Type.Literal('http-error'),
      ...Where,
      status: Type.Enum([403, 418, 429, 500, 502, 503]),
      retryAfterSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
      /** Only paths that contain this. */
      path: Type.Optional(Type.String()),
      probability: Which.probability,
      count: Which.count,
    },
    strict,
  ),
  /** REST, the sockets, or both answer late. */
  Type.Object(
    {
      kind: Type.Literal('slow'),
      ...Where,
      milliseconds: Type.Integer({ minimum: 1, maximum: 600_000 }),
      jitterMilliseconds: Type.Optional(Milliseconds),
      target: Type.Optional(Type.Union([Type.Literal('http'), Type.Literal('socket'), Type.Literal('both')])),
    },
    strict,
  ),
  /** The venue's clock is wrong by so much. */
  Type.Object(
    {
      kind: Type.Literal('clock-shift'),
      ...Where,
      milliseconds: Type.Integer({ minimum: -86_400_000, maximum: 86_400_000 }),
    },
    strict,
  ),
  /** Coins begin to trade (`list`), or stop (`delist`). */
  Type.Object(
    {
      kind: Type.Union([Type.Literal('list'), Type.Literal('delist')]),
      venue: Type.Optional(Venue),
      afterMilliseconds: Type.Optional(Milliseconds),
      assets: Type.Array(Type.String({ pattern: '^[A-Z0-9]{1,10}$' }), { minItems: 1, maxItems: 1_000 }),
    },
    strict,
  ),
  /** The venue's port is closed for a while. */
  Type.Object(
    {
      kind: Type.Literal('outage'),
      venue: Type.Optional(Venue),
      afterMilliseconds: Type.Optional(Milliseconds),
      durationMilliseconds: Milliseconds,
    },
    strict,
  ),
  /** REST knows the last so many trades of an instrument only, so that older holes cannot be filled. */
  Type.Object(
    { kind: Type.Literal('history-limit'), ...Where, trades: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }) },
    strict,
  ),
])

/** One thing to do wrong; see `docs/` or the comments of the schema for each kind. */
export type FaultSpecification = Static<typeof Specification>
export type FaultKind = FaultSpecification['kind']
export type FaultChannel = Static<typeof Channel>

export const FAULT_KINDS: readonly FaultKind[] = [
  'drop',
  'silence',
  'skip',
  'repeat',
  'reorder',
  'corrupt-checksum',
  'garbage',
  'huge-frame',
  'http-error',
  'slow',
  'clock-shift',
  'list',
  'delist',
  'outage',
  'history-limit',
]

const compiled = Compile(Specification)

/** Checks a fault that came from outside. @throws SimulatorError SIMULATOR_FAULT_INVALID */
export function faultSpecification(value: unknown): FaultSpecification {
  if (compiled.Check(value)) return value
  const errors = [...compiled.Errors(value)]
    .filter((error) => error.keyword !== 'anyOf' && error.keyword !== 'const')
    .slice(0, 4)
    .map((error) => `${error.instancePath || '/'} ${error.message}`)
  const shown = JSON.stringify(value)?.slice(0, 200) ?? typeof value
  throw new SimulatorError(
    'SIMULATOR_FAULT_INVALID',
    `not a fault: ${shown}; kind must be one of ${FAULT_KINDS.join(', ')}${errors.length > 0 ? `; ${errors.join('; ')}` : ''}`,
  )
}

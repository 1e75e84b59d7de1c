import { isObject } from '../json.ts'
import type { Random } from '../model/random.ts'

export type GarbageVariant = 'invalid-json' | 'truncated' | 'binary' | 'wrong-types' | 'absurd-numbers'

const ABSURD: readonly unknown[] = [-1, '-0.5', '1e9999', 'NaN', 'Infinity', '9'.repeat(400), '', '0x10', ' 1', '1,5']
const WRONG: readonly unknown[] = [null, [], {}, true, [[[]]], { price: {} }]
const INVALID = ['', '{', '}{', 'undefined', '<html><body>502 Bad Gateway</body></html>', '{"a":1,}', '[1,2', '\\u0000']

/** Fields that carry prices and amounts in the venues' messages. */
const NUMBERS = new Set(
  (
    'p q b B a A c w o h l v price qty size bid ask bid_qty ask_qty last best_bid best_ask best_bid_size best_ask_size last_size ' +
    'px sz tp tv ap bp as bs amount quantity price_str amount_str price_level new_quantity'
  ).split(' '),
)
/** Fields without which a message means nothing. */
const ESSENTIALS = new Set([
  ...NUMBERS,
  'bids',
  'asks',
  'changes',
  'U',
  'u',
  't',
  'trade_id',
  'E',
  'T',
  'time',
  'timestamp',
])

/**
 * A frame made from a proper message that no client may take at its word: every value of interest is replaced, so that
 * it must be refused as a whole and cannot pass for a correction.
 */
export function garbage(variant: GarbageVariant, proper: string, random: Random): string | Buffer {
  switch (variant) {
    case 'invalid-json':
      return pick(INVALID, random)
    case 'truncated':
      return proper.slice(0, 1 + random.integer(Math.max(1, proper.length - 2)))
    case 'binary':
      return Buffer.from(Array.from({ length: 1 + random.integer(300) }, () => random.integer(256)))
    case 'wrong-types':
      return JSON.stringify(
        spoilt(JSON.parse(proper), (key) => (ESSENTIALS.has(key) ? pick(WRONG, random) : undefined)),
      )
    case 'absurd-numbers':
      return JSON.stringify(
        spoilt(JSON.parse(proper), (key, value) => {
          if (typeof value === 'object' && value !== null) return undefined
          return NUMBERS.has(key) || (key === '[]' && value !== 'buy' && value !== 'sell')
            ? pick(ABSURD, random)
            : undefined
        }),
      )
  }
}

/** A copy in which some values are others; the members of a list are asked about under the key `[]`. */
function spoilt(value: unknown, replacement: (key: string, value: unknown) => unknown): unknown {
  const member = (key: string, one: unknown) => {
    const other = replacement(key, one)
    return other === undefined ? spoilt(one, replacement) : other
  }
  if (Array.isArray(value)) return value.map((one) => member('[]', one))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, member(key, one)]))
}

function pick<Value>(values: readonly Value[], random: Random): Value {
  return values[random.integer(values.length)] as Value
}

/** A text message of about so many bytes: JSON that means nothing. */
export function hugeFrame(bytes: number): string {
  return `{"type":"huge","channel":"huge","e":"huge","padding":"${'x'.repeat(bytes)}"}`
}

import type { Random } from '../model/random.ts'

export type GarbageVariant = 'invalid-json' | 'truncated' | 'binary' | 'wrong-types' | 'absurd-numbers'

const ABSURD = ['-1', '"-0.5"', '1e9999', '"NaN"', '"Infinity"', '"1e99999"', `"${'9'.repeat(400)}"`, '""', '"0x10"']
const WRONG = ['null', '[]', '{}', 'true', '[[[]]]', '{"price":{}}']
const INVALID = ['', '{', '}{', 'undefined', '<html><body>502 Bad Gateway</body></html>', '{"a":1,}', '[1,2', '\\u0000']

/** Values that matter in a message: what stands after `"key":`, or inside a level's array. */
const VALUE =
  /"(?:p|q|price|qty|size|b|a|B|A|bid|ask|bids|asks|changes|data|u|U|t|trade_id)":("[^"]*"|-?[\d.]+|\[[^\]]*\])/g

/**
 * A frame made from a proper message that no client may take at its word: all values of interest replaced, so that
 * it is refused as a whole and cannot be mistaken for a correction.
 */
export function garbage(variant: GarbageVariant, proper: string, random: Random): string | Buffer {
  switch (variant) {
    case 'invalid-json':
      return INVALID[random.integer(INVALID.length)] as string
    case 'truncated':
      return proper.slice(0, 1 + random.integer(Math.max(1, proper.length - 2)))
    case 'binary':
      return Buffer.from(Array.from({ length: 1 + random.integer(300) }, () => random.integer(256)))
    case 'wrong-types':
      return proper.replace(VALUE, (whole, value: string) => whole.slice(0, -value.length) + pick(WRONG, random))
    case 'absurd-numbers':
      return proper
        .replace(
          /"(p|q|price|qty|size|B|A)":("[^"]*"|-?[\d.]+)/g,
          (_, key: string) => `"${key}":${pick(ABSURD, random)}`,
        )
        .replace(/\["(?:(buy|sell)",")?[\d.]+","[\d.]+"/g, (_, side: string | undefined) => {
          const price = pick(ABSURD, random)
          return side === undefined ? `[${price},"-1"` : `["${side}",${price},"-1"`
        })
  }
}

function pick(values: readonly string[], random: Random): string {
  return values[random.integer(values.length)] as string
}

/** A text message of about so many bytes: JSON that means nothing. */
export function hugeFrame(bytes: number): string {
  return `{"type":"huge","channel":"huge","e":"huge","padding":"${'x'.repeat(bytes)}"}`
}

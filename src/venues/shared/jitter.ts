/**
 * A number in [0, 1) that depends on its arguments alone. Retries of many instruments are spread by it without a random
 * source, so that a replay of the same input makes the same requests at the same times.
 */
export function jitter(seed: string, attempt: number): number {
  // FNV-1a over the seed's code units, then one avalanche step with the attempt mixed in.
  let hash = 0x811c9dc5
  for (let index = 0; index < seed.length; index++) hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (attempt + 0x9e3779b9), 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  hash ^= hash >>> 16
  return (hash >>> 0) / 0x1_0000_0000
}

/**
 * Microseconds to wait before an attempt: doubles from `base` up to `maximum`, of which the upper half is jitter.
 * @param attempt 1 for the first repetition.
 */
export function backoff(base: number, maximum: number, seed: string, attempt: number): number {
  const whole = Math.min(maximum, base * 2 ** Math.min(attempt - 1, 30))
  return Math.round(whole / 2 + (whole / 2) * jitter(seed, attempt))
}

// Exact arithmetic of the judge: its own, so that it does not repeat a mistake of what it judges.

const SCALE = 40

/** A decimal as a whole number of 10^-40. */
export function exact(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(SCALE, '0'))
}

/** The product of two, again in 10^-40. */
export function times(left: bigint, right: bigint): bigint {
  return (left * right) / 10n ** BigInt(SCALE)
}

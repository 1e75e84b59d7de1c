/** Decimals of the amount of the base asset that one contract stands for: a power of ten, worth about ten of the quote asset. */
export function contractDecimals(price: number): number {
  return Math.min(8, Math.max(0, Math.round(Math.log10(price / 10))))
}

import { type DecimalText, type Instrument, multiplyDecimals } from '../../market/index.ts'

/**
 * Turnover in base and in quote, of the two volumes that a message has. "v: volume, q: base asset volume" is what the markets
 * say whose contracts stand for an amount of the quote asset (coin-margined Kline Streams); their quote volume is exact by
 * the size of the contract. All others say base and quote.
 */
export function turnover(
  { contractSize, contractUnit }: Instrument,
  volume: DecimalText,
  other: DecimalText,
): readonly [base: DecimalText, quote: DecimalText] {
  if (contractSize === undefined || contractUnit !== 'quote') return [volume, other]
  return [other, multiplyDecimals(volume, contractSize)]
}

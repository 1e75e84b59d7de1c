import { type DecimalText, type Instrument, turnoverOf } from '../../market/index.ts'

interface Turnover {
  readonly volume: DecimalText
  readonly quoteVolume: DecimalText
}

/** A candle with its turnover in the quote asset: candles are summed as price times amount, whatever amounts count. */
export function inQuote<Candle extends Turnover>(candle: Candle, definition: Instrument | undefined): Candle {
  if (definition?.contractSize === undefined) return candle
  return { ...candle, quoteVolume: turnoverOf(definition, candle.volume, candle.quoteVolume) }
}

/** The same of a candle's line on its way to the stream. A line that cannot be read stays as it is. */
export function lineInQuote(line: string, definition: Instrument | undefined): string {
  if (definition?.contractSize === undefined) return line
  try {
    const envelope: { readonly payload: Turnover } = JSON.parse(line)
    return JSON.stringify({ ...envelope, payload: inQuote(envelope.payload, definition) })
  } catch {
    // The processor wrote it; whoever reads it will find out the same.
    return line
  }
}

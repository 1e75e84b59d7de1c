import { MarketError, type Micros, micros, microsFromIso } from '../../market/index.ts'
import { GatewayError } from '../gateway-error.ts'

const INTEGER = /^-?\d{1,16}$/
/** The first and last moment that the store and ISO 8601 with four digits of year can both say, in microseconds. */
const EARLIEST = 0
const LATEST = Date.UTC(2200, 0, 1) * 1_000

/**
 * A moment as a client writes it: microseconds since 1970, or ISO 8601 with a zone.
 * @throws GatewayError GATEWAY_TIME_INVALID, naming the parameter.
 */
export function timeInput(parameter: string, text: string): Micros {
  const time = read(parameter, text)
  if (time < EARLIEST || time > LATEST) throw invalid(parameter, text, 'is not between 1970 and 2200')
  return time
}

/** As {@link timeInput}; null where the parameter is absent. */
export function optionalTimeInput(parameter: string, text: string | undefined): Micros | null {
  return text === undefined ? null : timeInput(parameter, text)
}

function read(parameter: string, text: string): Micros {
  if (INTEGER.test(text)) {
    const value = Number(text)
    if (Number.isSafeInteger(value)) return micros(value)
    throw invalid(parameter, text, 'is too large')
  }
  try {
    return microsFromIso(text)
  } catch (error) {
    if (error instanceof MarketError) throw invalid(parameter, text, 'is not a time')
    throw error
  }
}

function invalid(parameter: string, text: string, reason: string): GatewayError {
  return new GatewayError('GATEWAY_TIME_INVALID', `\`${parameter}\` = ${JSON.stringify(text.slice(0, 40))} ${reason}`)
}

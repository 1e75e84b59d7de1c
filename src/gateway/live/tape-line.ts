/** What the beginning of a line of the tape tells about it. */
export interface LineHead {
  messageType: string
  /** Text that is the same for every line of an instrument: `binance","instrument":"BTC-USDT`; the venue alone where a line has none. */
  key: string
}

const BEFORE_TYPE = '{"messageType":"'
const BEFORE_TIMESTAMP = '","timestamp":'
const BEFORE_VENUE = ',"payload":{"venue":"'
const BETWEEN = '","instrument":"'
const QUOTE = 34
const BACKSLASH = 92
const ZERO = 48
const NINE = 57

/**
 * Reads message type, venue and instrument from the fixed beginning of a line, without parsing the rest. Undefined where
 * the line does not begin as the tape's format says, or a name is escaped: then the caller parses it whole.
 */
export function scanHead(line: string): LineHead | undefined {
  if (!line.startsWith(BEFORE_TYPE)) return undefined
  const typeEnd = line.indexOf('"', BEFORE_TYPE.length)
  if (typeEnd < 0 || !line.startsWith(BEFORE_TIMESTAMP, typeEnd)) return undefined
  let at = typeEnd + BEFORE_TIMESTAMP.length
  for (let code = line.charCodeAt(at); code >= ZERO && code <= NINE; code = line.charCodeAt(at)) at++
  if (!line.startsWith(BEFORE_VENUE, at)) return undefined
  const venueStart = at + BEFORE_VENUE.length
  const venueEnd = plainEnd(line, venueStart)
  if (venueEnd < 0) return undefined
  if (!line.startsWith(BETWEEN, venueEnd)) {
    return { messageType: line.slice(BEFORE_TYPE.length, typeEnd), key: line.slice(venueStart, venueEnd) }
  }
  const end = plainEnd(line, venueEnd + BETWEEN.length)
  if (end < 0) return undefined
  return { messageType: line.slice(BEFORE_TYPE.length, typeEnd), key: line.slice(venueStart, end) }
}

/** The key that {@link scanHead} finds for these names; names that are escaped in JSON get the escaped text. */
export function lineKey(venue: string, instrument: string): string {
  return `${JSON.stringify(venue).slice(1, -1)}${BETWEEN}${JSON.stringify(instrument).slice(1, -1)}`
}

/** Where the text that begins at `start` ends; -1 where it is escaped or does not end. */
function plainEnd(line: string, start: number): number {
  for (let at = start; at < line.length; at++) {
    const code = line.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === BACKSLASH) return -1
  }
  return -1
}

/** The same text with memory of its own. */
export function detached(line: string): string {
  return Buffer.from(line, 'utf8').toString('utf8')
}

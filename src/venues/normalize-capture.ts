import { encodeEvent, type MarketEvent } from '../market/index.ts'
import { CaptureReplay, type CaptureReplayOptions, type CaptureSummary } from './capture-replay.ts'
import { VenueError } from './venue-error.ts'

/** Longest line of a capture, in characters. */
export const MAXIMUM_CAPTURE_LINE = 256 * 1024 * 1024

/**
 * Reads a capture and writes it as events: NDJSON in the envelope `{"messageType","timestamp","payload"}`. With `books`,
 * a `book-state` message a book comes last.
 * @param chunks the capture's text in pieces of any size
 * @param summarise called once at the end with what was read
 * @yields pieces of text, each of whole lines with their line ends, never empty
 * @throws VenueError VENUE_CAPTURE_INVALID if nothing of it is a capture
 */
export async function* normalizeCapture(
  options: CaptureReplayOptions,
  chunks: AsyncIterable<string> | Iterable<string>,
  summarise?: (summary: Readonly<CaptureSummary>) => void,
): AsyncGenerator<string, void, undefined> {
  const replay = new CaptureReplay(options)
  let rest = ''
  for await (const chunk of chunks) {
    const text = rest + chunk
    let from = 0
    let output = ''
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      output += encode(replay.push(text.slice(from, end)))
      from = end + 1
    }
    rest = text.slice(from)
    if (rest.length > MAXIMUM_CAPTURE_LINE) {
      throw new VenueError('VENUE_CAPTURE_INVALID', `a line is longer than ${MAXIMUM_CAPTURE_LINE} characters`)
    }
    if (output !== '') yield output
  }
  let output = rest === '' ? '' : encode(replay.push(rest))
  output += encode(replay.finish())
  if (options.books === true) {
    for (const state of replay.bookStates()) {
      output += `{"messageType":"book-state","timestamp":${replay.time},"payload":${JSON.stringify(state)}}\n`
    }
  }
  if (output !== '') yield output
  summarise?.(replay.summary)
}

function encode(events: readonly MarketEvent[]): string {
  let text = ''
  for (const event of events) text += `${encodeEvent(event)}\n`
  return text
}

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
  // Pieces of a line whose end has not come yet. They are joined once: joining at each piece would make a long line cost
  // the square of its length.
  let pieces: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    let from = 0
    let output = ''
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      pieces.push(chunk.slice(from, end))
      output += encode(replay.push(pieces.length === 1 ? (pieces[0] ?? '') : pieces.join('')))
      pieces = []
      length = 0
      from = end + 1
    }
    if (from < chunk.length) {
      pieces.push(chunk.slice(from))
      length += chunk.length - from
    }
    if (length > MAXIMUM_CAPTURE_LINE) {
      throw new VenueError('VENUE_CAPTURE_INVALID', `a line is longer than ${MAXIMUM_CAPTURE_LINE} characters`)
    }
    if (output !== '') yield output
  }
  let output = length === 0 ? '' : encode(replay.push(pieces.join('')))
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

import { Buffer } from 'node:buffer'
import type { Micros } from '../market/index.ts'
import { LogError } from './log-error.ts'

/** One message as it came off a socket or went out on it, one HTTP body, or the opening or closing of a socket. */
export interface RawFrame {
  readonly receiveTime: Micros
  /** Name of the connection within its venue. */
  readonly connection: string
  readonly kind: 'http' | 'ws'
  readonly direction: 'in' | 'out' | 'open' | 'close'
  readonly url: string
  /** The text of the frame or body; the reason, for `close`; may be empty for `open`. */
  readonly data: string
}

const VERSION = 1
const KINDS = ['ws', 'http'] as const
const DIRECTIONS = ['in', 'out', 'open', 'close'] as const
/** Time (8), kind and direction (1), source (2), length of the data (4). */
const FRAME_HEADER_BYTES = 15
/** Version (1), number of sources (2), number of frames (4). */
const BATCH_HEADER_BYTES = 7
const MAXIMUM_SOURCES = 0xffff
const MAXIMUM_UTF8_BYTES_PER_UNIT = 3

interface Source {
  readonly connection: string
  readonly url: string
}

/**
 * Frames as the value of one record of `raw-market-data`. Connection and address, which repeat, are written once.
 * @throws LogError LOG_RECORD_INVALID if they come from more than 65,535 different sources.
 */
export function encodeFrames(frames: readonly RawFrame[]): Uint8Array {
  const sources: Source[] = []
  const indexes = new Map<string, Map<string, number>>()
  let estimate = BATCH_HEADER_BYTES
  for (const { connection, url, data } of frames) {
    estimate += FRAME_HEADER_BYTES + data.length
    let ofConnection = indexes.get(connection)
    if (ofConnection === undefined) {
      ofConnection = new Map()
      indexes.set(connection, ofConnection)
    }
    if (ofConnection.has(url)) continue
    ofConnection.set(url, sources.length)
    sources.push({ connection, url })
    estimate += 8 + (connection.length + url.length) * MAXIMUM_UTF8_BYTES_PER_UNIT
  }
  if (sources.length > MAXIMUM_SOURCES) {
    throw new LogError('LOG_RECORD_INVALID', `a batch of frames names ${sources.length} sources; write smaller batches`)
  }
  let bytes = Buffer.allocUnsafe(estimate)
  bytes[0] = VERSION
  bytes.writeUInt16LE(sources.length, 1)
  bytes.writeUInt32LE(frames.length, 3)
  let at = BATCH_HEADER_BYTES
  for (const { connection, url } of sources) {
    for (const text of [connection, url]) {
      const length = bytes.write(text, at + 4)
      bytes.writeUInt32LE(length, at)
      at += 4 + length
    }
  }
  for (const frame of frames) {
    const { data } = frame
    const most = FRAME_HEADER_BYTES + data.length * MAXIMUM_UTF8_BYTES_PER_UNIT
    if (at + most > bytes.length) {
      const needed = at + FRAME_HEADER_BYTES + Buffer.byteLength(data)
      // Text beyond ASCII takes more than was estimated.
      if (needed > bytes.length) bytes = Buffer.concat([bytes.subarray(0, at)], Math.ceil(needed * 1.5))
    }
    bytes.writeDoubleLE(frame.receiveTime, at)
    bytes[at + 8] = KINDS.indexOf(frame.kind) * DIRECTIONS.length + DIRECTIONS.indexOf(frame.direction)
    bytes.writeUInt16LE(indexes.get(frame.connection)?.get(frame.url) ?? 0, at + 9)
    const length = bytes.write(data, at + FRAME_HEADER_BYTES)
    bytes.writeUInt32LE(length, at + 11)
    at += FRAME_HEADER_BYTES + length
  }
  return bytes.subarray(0, at)
}

/** The frames of a record of `raw-market-data`. @throws LogError LOG_RECORD_INVALID if it is not one. */
export function decodeFrames(value: Uint8Array): RawFrame[] {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  try {
    return decode(bytes)
  } catch (error) {
    if (error instanceof LogError) throw error
    throw new LogError('LOG_RECORD_INVALID', 'a record of raw frames ends before its end', { cause: error })
  }
}

function decode(bytes: Buffer): RawFrame[] {
  if (bytes[0] !== VERSION) {
    throw new LogError(
      'LOG_RECORD_INVALID',
      `a record of raw frames has version ${bytes[0] ?? 'none'}; ${VERSION} is read here`,
    )
  }
  const sources: Source[] = []
  const sourceCount = bytes.readUInt16LE(1)
  const frameCount = bytes.readUInt32LE(3)
  let at = BATCH_HEADER_BYTES
  const text = (lengthAt: number, textAt: number): string => {
    const end = textAt + bytes.readUInt32LE(lengthAt)
    if (end > bytes.length) throw new LogError('LOG_RECORD_INVALID', 'a record of raw frames ends before its end')
    at = end
    return bytes.toString('utf8', textAt, end)
  }
  for (let index = 0; index < sourceCount; index++) {
    const connection = text(at, at + 4)
    const url = text(at, at + 4)
    sources.push({ connection, url })
  }
  const frames: RawFrame[] = []
  for (let index = 0; index < frameCount; index++) {
    const receiveTime = bytes.readDoubleLE(at) as Micros
    const what = bytes.readUInt8(at + 8)
    const source = sources[bytes.readUInt16LE(at + 9)]
    const kind = KINDS[Math.floor(what / DIRECTIONS.length)]
    const direction = DIRECTIONS[what % DIRECTIONS.length]
    if (source === undefined || kind === undefined || direction === undefined) {
      throw new LogError('LOG_RECORD_INVALID', `frame ${index} of a record of raw frames has no source or kind`)
    }
    const data = text(at + 11, at + FRAME_HEADER_BYTES)
    frames.push({ receiveTime, connection: source.connection, kind, direction, url: source.url, data })
  }
  return frames
}

import { Buffer } from 'node:buffer'
import type { Micros } from '../market/index.ts'
import { LogError } from './log-error.ts'
import { RecordBuffer } from './record-buffer.ts'

/** Where frames come from. Whoever gives frames of one source with the same object has it written once a record. */
export interface FrameSource {
  readonly venue: string
  /** Name of the connection within its venue. */
  readonly connection: string
  readonly url: string
}

/** One message as it came off a socket or went out on it, one HTTP body, or the opening or closing of a socket. */
export interface RawFrame {
  readonly receiveTime: Micros
  readonly source: FrameSource
  readonly kind: 'http' | 'ws'
  readonly direction: 'in' | 'out' | 'open' | 'close'
  /** The text of the frame or body, or its bytes in UTF-8; the reason, for `close`; may be empty for `open`. */
  readonly data: string | Uint8Array
}

/** A frame that was read again. */
export interface KeptFrame extends RawFrame {
  readonly data: string
}

const VERSION = 2
/** Version 1 had all sources first, no venue, which was the beginning of the record's key, and so the number of frames. */
const VERSION_WITHOUT_VENUES = 1
const KINDS = ['ws', 'http'] as const
const DIRECTIONS = ['in', 'out', 'open', 'close'] as const
/** Kind and direction (1), time (8), source (2), length of the data (4). */
const FRAME_HEADER_BYTES = 15
/** In place of kind and direction: the next source of the record follows, as three texts. */
const SOURCE = 255
const MAXIMUM_SOURCES = 0xffff
const LENGTH_BYTES = 4
const MAXIMUM_UTF8_BYTES_PER_UNIT = 3

/** Frames as the values of records of `raw-market-data`. A source, which repeats, is written once a record. */
export class FrameBuffer {
  readonly #buffer = new RecordBuffer()
  readonly #sources = new Map<FrameSource, number>()

  get isEmpty(): boolean {
    return this.#buffer.isEmpty
  }

  add({ receiveTime, source, kind, direction, data }: RawFrame): void {
    const buffer = this.#buffer
    if (buffer.isFullWith(FRAME_HEADER_BYTES + data.length) || this.#sources.size === MAXIMUM_SOURCES) buffer.cut()
    const index = this.#indexOf(source)
    const most = typeof data === 'string' ? data.length * MAXIMUM_UTF8_BYTES_PER_UNIT : data.length
    buffer.reserve(FRAME_HEADER_BYTES + most)
    const { bytes, length: at } = buffer
    bytes[at] = KINDS.indexOf(kind) * DIRECTIONS.length + DIRECTIONS.indexOf(direction)
    bytes.writeDoubleLE(receiveTime, at + 1)
    bytes.writeUInt16LE(index, at + 9)
    let written: number
    if (typeof data === 'string') written = bytes.write(data, at + FRAME_HEADER_BYTES)
    else {
      bytes.set(data, at + FRAME_HEADER_BYTES)
      written = data.length
    }
    bytes.writeUInt32LE(written, at + 11)
    buffer.length = at + FRAME_HEADER_BYTES + written
  }

  /** The values of all records, in order. They are the caller's until {@link giveBack}. */
  take(): readonly Uint8Array[] {
    return this.#buffer.take()
  }

  /** Nobody looks at what was taken any more. */
  giveBack(values: readonly Uint8Array[]): void {
    this.#buffer.giveBack(values)
  }

  /** The number of a source within the record under way; written down where it is new to it. */
  #indexOf(source: FrameSource): number {
    const buffer = this.#buffer
    if (buffer.length === 0) {
      this.#sources.clear()
      buffer.bytes[0] = VERSION
      buffer.length = 1
    }
    let index = this.#sources.get(source)
    if (index === undefined) {
      index = this.#sources.size
      this.#sources.set(source, index)
      this.#writeSource(source)
    }
    return index
  }

  #writeSource({ venue, connection, url }: FrameSource): void {
    const buffer = this.#buffer
    const most = (venue.length + connection.length + url.length) * MAXIMUM_UTF8_BYTES_PER_UNIT
    buffer.reserve(1 + 3 * LENGTH_BYTES + most)
    const { bytes } = buffer
    let at = buffer.length
    bytes[at++] = SOURCE
    for (const text of [venue, connection, url]) {
      const length = bytes.write(text, at + LENGTH_BYTES)
      bytes.writeUInt32LE(length, at)
      at += LENGTH_BYTES + length
    }
    buffer.length = at
  }
}

/** The value of a record with one frame. */
export function encodeFrame(frame: RawFrame): Uint8Array {
  const buffer = new FrameBuffer()
  buffer.add(frame)
  return buffer.take()[0] as Uint8Array
}

/** The frames of a record of `raw-market-data`. @throws LogError LOG_RECORD_INVALID if it is not one. */
export function decodeFrames({ key, value }: { readonly key: string; readonly value: Uint8Array }): KeptFrame[] {
  const reader = new FrameReader(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
  try {
    return reader.read(key)
  } catch (error) {
    if (error instanceof LogError) throw error
    throw new LogError('LOG_RECORD_INVALID', 'a record of raw frames ends before its end', { cause: error })
  }
}

class FrameReader {
  readonly #bytes: Buffer
  readonly #sources: FrameSource[] = []
  readonly #frames: KeptFrame[] = []
  #at = 1

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  read(key: string): KeptFrame[] {
    const [version] = this.#bytes
    if (version === VERSION) this.#readAll()
    else if (version === VERSION_WITHOUT_VENUES) this.#readWithoutVenues(key)
    else
      throw new LogError(
        'LOG_RECORD_INVALID',
        `a record of raw frames has version ${version ?? 'none'}; ${VERSION} is read here`,
      )
    return this.#frames
  }

  #readAll(): void {
    while (this.#at < this.#bytes.length) {
      if (this.#bytes[this.#at] !== SOURCE) {
        const at = this.#at
        this.#frame(this.#bytes.readUInt8(at), this.#bytes.readDoubleLE(at + 1))
        continue
      }
      this.#at++
      const venue = this.#text(this.#at)
      const connection = this.#text(this.#at)
      this.#sources.push({ venue, connection, url: this.#text(this.#at) })
    }
  }

  #readWithoutVenues(key: string): void {
    const [venue = ''] = key.split('/')
    const sourceCount = this.#bytes.readUInt16LE(1)
    const frameCount = this.#bytes.readUInt32LE(3)
    this.#at = 7
    for (let index = 0; index < sourceCount; index++) {
      const connection = this.#text(this.#at)
      this.#sources.push({ venue, connection, url: this.#text(this.#at) })
    }
    for (let index = 0; index < frameCount; index++)
      this.#frame(this.#bytes.readUInt8(this.#at + 8), this.#bytes.readDoubleLE(this.#at))
  }

  /** Both versions have source, length and data at the same places. */
  #frame(what: number, receiveTime: number): void {
    const source = this.#sources[this.#bytes.readUInt16LE(this.#at + 9)]
    const kind = KINDS[Math.floor(what / DIRECTIONS.length)]
    const direction = DIRECTIONS[what % DIRECTIONS.length]
    if (source === undefined || kind === undefined || direction === undefined) {
      throw new LogError(
        'LOG_RECORD_INVALID',
        `frame ${this.#frames.length} of a record of raw frames has no source or kind`,
      )
    }
    const data = this.#text(this.#at + FRAME_HEADER_BYTES - LENGTH_BYTES)
    this.#frames.push({ receiveTime: receiveTime as Micros, source, kind, direction, data })
  }

  /** Text after its length, and moves on behind it. */
  #text(lengthAt: number): string {
    const start = lengthAt + LENGTH_BYTES
    const end = start + this.#bytes.readUInt32LE(lengthAt)
    if (end > this.#bytes.length) throw new LogError('LOG_RECORD_INVALID', 'a record of raw frames ends before its end')
    this.#at = end
    return this.#bytes.toString('utf8', start, end)
  }
}

import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

const TEXT_FRAME = 0x81
const BINARY_FRAME = 0x82
/** Longer frames are rare; the headers of these are made once. */
const KNOWN_HEADERS = 4_096

/** The header of an unmasked, final frame (RFC 6455, section 5.2), as characters of one byte each. */
function newHeader(first: number, length: number): string {
  if (length < 126) return String.fromCharCode(first, length)
  if (length < 65_536) return String.fromCharCode(first, 126, length >> 8, length & 255)
  return String.fromCharCode(
    first,
    127,
    0,
    0,
    0,
    0,
    (length >>> 24) & 255,
    (length >>> 16) & 255,
    (length >>> 8) & 255,
    length & 255,
  )
}

const HEADERS = {
  text: Array.from({ length: KNOWN_HEADERS }, (_, length) => newHeader(TEXT_FRAME, length)),
  binary: Array.from({ length: KNOWN_HEADERS }, (_, length) => newHeader(BINARY_FRAME, length)),
} as const

/**
 * A client's socket. All that the simulated exchanges say is ASCII, so frames are put together as text and written many
 * at a time in one system call; `ws` does the handshake, what the client sends, pings and the close.
 */
export class ClientConnection {
  readonly id: number
  /** Path and query that the client asked for. */
  readonly url: string
  readonly openedAt: number
  readonly #socket: Duplex
  readonly #webSocket: WebSocket
  readonly #bufferLimit: number
  /** Frames that were queued since the last look at the clients. */
  #queued = ''
  /** Frames of earlier looks, which nothing can take back any more; they go out with the next write. */
  #due = ''
  #closing = false
  /** Messages sent, without control frames. */
  sent = 0
  lastSentAt = 0
  lastPongAt: number
  /** Makes binary messages of texts, where an exchange compresses what it says. */
  encode: ((text: string) => Buffer) | undefined

  constructor(
    id: number,
    url: string,
    socket: Duplex,
    webSocket: WebSocket,
    limits: { bufferBytes: number; now: number },
  ) {
    this.id = id
    this.url = url
    this.#socket = socket
    this.#webSocket = webSocket
    this.#bufferLimit = limits.bufferBytes
    this.openedAt = limits.now
    this.lastPongAt = limits.now
  }

  /** Queues a message; {@link flush} sends it. The text must be ASCII. */
  send(text: string): void {
    if (this.#closing) return
    // Joined as ropes: the characters are copied once, when they are written.
    if (this.encode === undefined) {
      this.#queued += (HEADERS.text[text.length] ?? newHeader(TEXT_FRAME, text.length)) + text
    } else this.sendBinary(this.encode(text))
    this.sent++
  }

  /** Queues a binary message as it is. */
  sendBinary(bytes: Buffer): void {
    if (this.#closing) return
    const header = HEADERS.binary[bytes.length] ?? newHeader(BINARY_FRAME, bytes.length)
    this.#queued += header + bytes.toString('latin1')
  }

  ping(): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return
    this.#write()
    this.#webSocket.ping(String(Date.now()))
  }

  /** Bytes that the operating system has not taken yet. */
  get backlog(): number {
    return this.#socket.writableLength
  }

  /** What is queued counts as sent now; {@link flush} writes it, together with what comes in between. */
  dispatch(now: number): void {
    if (this.#queued === '') return
    this.#due += this.#queued
    this.#queued = ''
    this.lastSentAt = now
  }

  /** Sends what is queued. @returns false if the client is too slow, so that it must be cut. */
  flush(now: number): boolean {
    this.dispatch(now)
    this.#write()
    return this.#socket.writableLength <= this.#bufferLimit
  }

  #write(): void {
    if (this.#due === '') return
    if (this.#socket.writable) this.#socket.write(this.#due, 'latin1')
    this.#due = ''
  }

  /** Closes with a code, or without a word (1006: the socket just breaks). */
  close(code: number, reason = ''): void {
    this.#write()
    this.#queued = ''
    this.#closing = true
    if (code === 1006) this.#socket.destroy()
    else this.#webSocket.close(code, reason)
  }
}

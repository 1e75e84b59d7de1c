import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

const TEXT_FRAME = String.fromCharCode(0x81)

/** The header of an unmasked, final text frame (RFC 6455, section 5.2), as characters of one byte each. */
function header(length: number): string {
  if (length < 126) return TEXT_FRAME + String.fromCharCode(length)
  if (length < 65_536) return TEXT_FRAME + String.fromCharCode(126, length >> 8, length & 255)
  return (
    TEXT_FRAME +
    String.fromCharCode(
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
  )
}

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
  #pieces: string[] = []
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
    if (this.encode === undefined) this.#pieces.push(header(text.length), text)
    else this.sendBinary(this.encode(text))
    this.sent++
  }

  /** Queues a binary message as it is. */
  sendBinary(bytes: Buffer): void {
    if (this.#closing) return
    const length = header(bytes.length)
    this.#pieces.push(String.fromCharCode(0x82) + length.slice(1), bytes.toString('latin1'))
  }

  ping(): void {
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.ping(String(Date.now()))
  }

  /** Bytes that the operating system has not taken yet. */
  get backlog(): number {
    return this.#socket.writableLength
  }

  /** @returns false if the client is too slow, so that it must be cut. */
  flush(now: number): boolean {
    if (this.#pieces.length > 0) {
      if (this.#socket.writable) this.#socket.write(this.#pieces.join(''), 'latin1')
      this.#pieces = []
      this.lastSentAt = now
    }
    return this.#socket.writableLength <= this.#bufferLimit
  }

  /** Closes with a code, or without a word (1006: the socket just breaks). */
  close(code: number, reason = ''): void {
    this.#pieces = []
    this.#closing = true
    if (code === 1006) this.#socket.destroy()
    else this.#webSocket.close(code, reason)
  }
}

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JetStreamClient } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { encodePayload } from './jetstream-record.ts'
import { LogError, reasonOf } from './log-error.ts'

/** How long one try waits for its acknowledgement; a change of the stream's leader takes up to eight seconds. */
const ACKNOWLEDGEMENT_MILLISECONDS = 4_000
const FIRST_RETRY_MILLISECONDS = 100
const LONGEST_RETRY_MILLISECONDS = 5_000
/** Room for subject and headers within the server's largest message. */
const OVERHEAD_BYTES = 512

interface Publication {
  readonly id: string
  readonly payload: Uint8Array
  readonly resolve: (position: number) => void
  readonly reject: (error: unknown) => void
}

interface Message {
  readonly subject: string
  readonly value: Uint8Array
}

/**
 * Publishes messages: those of one subject one after the other, so that a retry never lands behind a later message; those
 * of different subjects at once. A try that was not acknowledged is repeated with the same id, for which the server stores
 * it once. It goes on until it succeeds or the log is closed; what waits is bounded.
 */
export class JetStreamPublisher {
  readonly #connection: NatsConnection
  readonly #client: JetStreamClient
  readonly #maximumWaitingBytes: number
  readonly #queues = new Map<string, Publication[]>()
  readonly #closing = new AbortController()
  readonly #idPrefix = randomUUID()
  #lastId = 0
  #waitingBytes = 0

  constructor(connection: NatsConnection, client: JetStreamClient, maximumWaitingBytes: number) {
    this.#connection = connection
    this.#client = client
    this.#maximumWaitingBytes = maximumWaitingBytes
  }

  /** @returns the last position. @throws LogError LOG_FULL, LOG_RECORD_TOO_LARGE, LOG_CLOSED */
  async publish(messages: readonly Message[]): Promise<number> {
    const largest = (this.#connection.info?.max_payload ?? 1_048_576) - OVERHEAD_BYTES
    const encoded: { subject: string; payload: Uint8Array }[] = []
    let bytes = 0
    for (const { subject, value } of messages) {
      const payload = encodePayload(value)
      if (payload.length > largest) {
        throw new LogError(
          'LOG_RECORD_TOO_LARGE',
          `a record of ${value.length} bytes (${payload.length} compressed) is larger than the server's max_payload allows; write smaller batches or raise max_payload`,
        )
      }
      bytes += payload.length
      encoded.push({ subject, payload })
    }
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#maximumWaitingBytes) {
      throw new LogError(
        'LOG_FULL',
        `${this.#waitingBytes} bytes are waiting for JetStream, which is the bound; hold back and try again`,
      )
    }
    this.#waitingBytes += bytes
    try {
      const positions = await Promise.all(encoded.map(({ subject, payload }) => this.#enqueue(subject, payload)))
      return Math.max(...positions)
    } finally {
      this.#waitingBytes -= bytes
    }
  }

  /** Gives what is waiting the time of one more acknowledgement, then gives up. */
  async close(): Promise<void> {
    const deadline = Date.now() + ACKNOWLEDGEMENT_MILLISECONDS
    while (this.#queues.size > 0 && Date.now() < deadline) await sleep(5)
    this.#closing.abort()
  }

  #enqueue(subject: string, payload: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#lastId++
      const publication: Publication = { id: `${this.#idPrefix}:${this.#lastId}`, payload, resolve, reject }
      const queue = this.#queues.get(subject)
      if (queue !== undefined) {
        queue.push(publication)
        return
      }
      const started = [publication]
      this.#queues.set(subject, started)
      void this.#drain(subject, started)
    })
  }

  async #drain(subject: string, queue: Publication[]): Promise<void> {
    for (let publication = queue[0]; publication !== undefined; publication = queue[0]) {
      try {
        publication.resolve(await this.#publishOne(subject, publication))
      } catch (error) {
        publication.reject(error)
      }
      queue.shift()
    }
    this.#queues.delete(subject)
  }

  async #publishOne(subject: string, { id, payload }: Publication): Promise<number> {
    for (let wait = FIRST_RETRY_MILLISECONDS; ; wait = Math.min(wait * 2, LONGEST_RETRY_MILLISECONDS)) {
      let failure: unknown
      if (this.#closing.signal.aborted) throw new LogError('LOG_CLOSED', 'the log was closed before this was stored')
      try {
        const { seq } = await this.#client.publish(subject, payload, {
          msgID: id,
          timeout: ACKNOWLEDGEMENT_MILLISECONDS,
          retries: 0,
        })
        return seq
      } catch (error) {
        failure = error
      }
      if (this.#connection.isClosed()) {
        throw new LogError('LOG_CLOSED', `the connection was closed before this was stored: ${reasonOf(failure)}`)
      }
      // Full jitter: publishers that failed together do not come back together.
      await sleep(Math.random() * wait, undefined, { signal: this.#closing.signal }).catch(() => undefined)
    }
  }
}

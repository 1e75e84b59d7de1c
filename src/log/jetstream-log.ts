import { randomUUID } from 'node:crypto'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import {
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream'
import { type KV, Kvm } from '@nats-io/kv'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { type JetStreamAddress, streamName, subjectOf } from './jetstream-address.ts'
import { JetStreamMember } from './jetstream-member.ts'
import { JetStreamPublisher } from './jetstream-publisher.ts'
import { decodeMessage } from './jetstream-record.ts'
import type {
  GroupMember,
  GroupPosition,
  Log,
  LogEntry,
  LogRecord,
  ReadLimits,
  Retention,
  Topic,
  TopicBounds,
} from './log.ts'
import { TOPICS } from './log.ts'
import { LogError, reasonOf } from './log-error.ts'

export interface JetStreamLogOptions {
  /** Bytes of appends that may wait for the server. */
  readonly maximumWaitingBytes?: number
  /** A member that is silent for this long has left its group. The servers keep it as the age of the lease bucket. */
  readonly leaseMilliseconds?: number
}

const DEFAULT_WAITING_BYTES = 64 * 1_024 * 1_024
const DEFAULT_LEASE_MILLISECONDS = 5_000
const DEFAULT_READ_RECORDS = 1_024
const DEFAULT_READ_BYTES = 4 * 1_024 * 1_024
/** How long the server remembers what it has stored, to know a repeated append. Longer than any outage a retry outlives. */
const DUPLICATE_WINDOW_MILLISECONDS = 600_000
const NANOS_PER_MILLISECOND = 1_000_000
const CONNECT_TIMEOUT_MILLISECONDS = 5_000
const RECONNECT_WAIT_MILLISECONDS = 250
/** A consumer that nobody reads from is forgotten by the server after this. */
const CONSUMER_IDLE_MILLISECONDS = 30_000
const READ_WAIT_MILLISECONDS = 5_000
const TAIL_BUFFER_MESSAGES = 256
const TAIL_RETRY_MILLISECONDS = 250
const JOIN_POLL_MILLISECONDS = 100

/** The log on a NATS server or cluster: a topic is a stream, a record is a message, a key is a subject. */
export class JetStreamLog implements Log {
  readonly #connection: NatsConnection
  readonly #client: JetStreamClient
  readonly #manager: JetStreamManager
  readonly #prefix: string
  readonly #positions: KV
  readonly #leases: KV
  readonly #leaseMilliseconds: number
  readonly #publisher: JetStreamPublisher
  readonly #members = new Set<JetStreamMember>()
  #isClosed = false

  private constructor(
    parts: {
      connection: NatsConnection
      client: JetStreamClient
      manager: JetStreamManager
      positions: KV
      leases: KV
    },
    prefix: string,
    leaseMilliseconds: number,
    maximumWaitingBytes: number,
  ) {
    this.#connection = parts.connection
    this.#client = parts.client
    this.#manager = parts.manager
    this.#positions = parts.positions
    this.#leases = parts.leases
    this.#prefix = prefix
    this.#leaseMilliseconds = leaseMilliseconds
    this.#publisher = new JetStreamPublisher(parts.connection, parts.client, maximumWaitingBytes)
  }

  /** Connects and creates what is missing. @throws LogError LOG_OPEN_FAILED if the server cannot be reached or refuses. */
  static async open(address: JetStreamAddress, options: JetStreamLogOptions = {}): Promise<JetStreamLog> {
    const leaseMilliseconds = options.leaseMilliseconds ?? DEFAULT_LEASE_MILLISECONDS
    let connection: NatsConnection | undefined
    try {
      connection = await connect({
        servers: [...address.servers],
        ...address.credentials,
        ...(address.tls ? { tls: {} } : {}),
        name: 'opentape',
        timeout: CONNECT_TIMEOUT_MILLISECONDS,
        maxReconnectAttempts: -1,
        reconnectTimeWait: RECONNECT_WAIT_MILLISECONDS,
        ignoreClusterUpdates: false,
      })
      const client = jetstream(connection)
      const manager = await jetstreamManager(connection)
      for (const topic of TOPICS) await createStream(manager, address, topic)
      const buckets = new Kvm(client)
      const common = { replicas: address.replicas, storage: StorageType.File, history: 1, allow_direct: true }
      const positions = await buckets.create(`${address.prefix}_positions`, common)
      const leases = await buckets.create(`${address.prefix}_leases`, { ...common, ttl: leaseMilliseconds })
      return new JetStreamLog(
        { connection, client, manager, positions, leases },
        address.prefix,
        leaseMilliseconds,
        options.maximumWaitingBytes ?? DEFAULT_WAITING_BYTES,
      )
    } catch (error) {
      await connection?.close()
      throw new LogError(
        'LOG_OPEN_FAILED',
        `JetStream at ${address.servers.join(', ')} could not be opened: ${reasonOf(error)}. Check the address and that the server runs with JetStream`,
        { cause: error },
      )
    }
  }

  async append(topic: Topic, entries: readonly LogEntry[]): Promise<number> {
    this.#checkOpen()
    if (entries.length === 0) return (await this.bounds(topic)).next - 1
    return await this.#publisher.publish(
      entries.map(({ key, value }) => ({ subject: subjectOf(this.#prefix, topic, key), value })),
    )
  }

  async bounds(topic: Topic): Promise<TopicBounds> {
    this.#checkOpen()
    const { state } = await this.#ask(() => this.#manager.streams.info(streamName(this.#prefix, topic)))
    const next = state.last_seq + 1
    return { first: state.messages === 0 ? next : state.first_seq, next }
  }

  async read(topic: Topic, from: number, limits: ReadLimits = {}): Promise<readonly LogRecord[]> {
    const { first, next } = await this.bounds(topic)
    const start = Math.max(first, from)
    if (start >= next) return []
    const maximumRecords = Math.min(limits.records ?? DEFAULT_READ_RECORDS, next - start)
    const maximumBytes = limits.bytes ?? DEFAULT_READ_BYTES
    return await this.#ask(async () => {
      const consumer = await this.#client.consumers.get(streamName(this.#prefix, topic), consumerFrom(start))
      const messages = await consumer.fetch({ max_messages: maximumRecords, expires: READ_WAIT_MILLISECONDS })
      const records: LogRecord[] = []
      let bytes = 0
      for await (const message of messages) {
        const record = this.#record(topic, message)
        bytes += record.value.length
        if (records.length > 0 && bytes > maximumBytes) break
        records.push(record)
        if (records.length === maximumRecords || record.position >= next - 1) break
      }
      await consumer.delete().catch(() => false)
      return records
    })
  }

  async *tail(
    topic: Topic,
    from: number,
    options: { readonly signal: AbortSignal; readonly limits?: ReadLimits },
  ): AsyncGenerator<readonly LogRecord[], void, undefined> {
    const { signal } = options
    const maximumRecords = options.limits?.records ?? DEFAULT_READ_RECORDS
    const maximumBytes = options.limits?.bytes ?? DEFAULT_READ_BYTES
    let next = Math.max(1, from)
    while (!signal.aborted && !this.#isClosed) {
      try {
        const consumer = await this.#client.consumers.get(streamName(this.#prefix, topic), consumerFrom(next))
        const messages = await consumer.consume({ max_messages: TAIL_BUFFER_MESSAGES })
        const stop = (): void => messages.stop()
        signal.addEventListener('abort', stop, { once: true })
        // It may have aborted while the consumer was made.
        if (signal.aborted) stop()
        try {
          const iterator = messages[Symbol.asyncIterator]()
          let coming = iterator.next()
          for (let result = await coming; result.done !== true; result = await coming) {
            const records: LogRecord[] = []
            let bytes = 0
            // What has arrived together is given together.
            for (let one: IteratorResult<JsMsg> | undefined = result; one !== undefined && one.done !== true; ) {
              const record = this.#record(topic, one.value)
              records.push(record)
              bytes += record.value.length
              coming = iterator.next()
              if (records.length >= maximumRecords || bytes >= maximumBytes) break
              one = await Promise.race([coming, turn(undefined)])
            }
            next = (records.at(-1)?.position ?? next - 1) + 1
            yield records
            if (signal.aborted) return
          }
        } finally {
          signal.removeEventListener('abort', stop)
          await messages.close()
        }
      } catch (error) {
        if (signal.aborted || this.#isClosed || this.#connection.isClosed()) return
        if (error instanceof LogError) throw error
        // The server is away or its leader changes: the consumer is made anew from where this one was.
        await sleep(TAIL_RETRY_MILLISECONDS, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  async join(topic: Topic, group: string, options: { readonly signal: AbortSignal }): Promise<GroupMember> {
    const { signal } = options
    const owner = randomUUID()
    for (;;) {
      signal.throwIfAborted()
      this.#checkOpen()
      const member = await this.#ask(() =>
        JetStreamMember.tryJoin({
          topic,
          group,
          owner,
          positions: this.#positions,
          leases: this.#leases,
          leaseMilliseconds: this.#leaseMilliseconds,
          left: (ended) => this.#members.delete(ended),
        }),
      )
      if (member !== undefined) {
        this.#members.add(member)
        return member
      }
      await sleep(JOIN_POLL_MILLISECONDS, undefined, { signal })
    }
  }

  async groupPosition(topic: Topic, group: string): Promise<GroupPosition> {
    this.#checkOpen()
    return await this.#ask(() => JetStreamMember.position(this.#positions, topic, group))
  }

  async retain(topic: Topic, retention: Retention): Promise<void> {
    this.#checkOpen()
    const age = Math.max(1, retention.maximumAgeMilliseconds)
    await this.#ask(() =>
      this.#manager.streams.update(streamName(this.#prefix, topic), {
        max_age: age * NANOS_PER_MILLISECOND,
        max_bytes: retention.maximumBytes,
        // The server refuses a window that is longer than the age.
        duplicate_window: Math.min(age, DUPLICATE_WINDOW_MILLISECONDS) * NANOS_PER_MILLISECOND,
      }),
    )
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#publisher.close()
    for (const member of [...this.#members]) await member.leave().catch(() => undefined)
    await this.#connection.close()
  }

  #record(topic: Topic, message: JsMsg): LogRecord {
    return decodeMessage(this.#prefix, topic, message)
  }

  /** Names a failure of the server, or of the way to it. */
  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question()
    } catch (error) {
      if (error instanceof LogError) throw error
      throw new LogError('LOG_UNAVAILABLE', `the log did not answer: ${reasonOf(error)}; try again`, { cause: error })
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new LogError('LOG_CLOSED', 'the log is closed')
  }
}

function consumerFrom(position: number): {
  deliver_policy: DeliverPolicy
  opt_start_seq: number
  inactive_threshold: number
} {
  return {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: position,
    inactive_threshold: CONSUMER_IDLE_MILLISECONDS,
  }
}

async function createStream(manager: JetStreamManager, address: JetStreamAddress, topic: Topic): Promise<void> {
  const name = streamName(address.prefix, topic)
  try {
    await manager.streams.info(name)
    return
  } catch (error) {
    if (!(error instanceof Error) || !/stream not found/i.test(error.message)) throw error
  }
  await manager.streams.add({
    name,
    subjects: [`${address.prefix}.${topic}.*`],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    storage: StorageType.File,
    num_replicas: address.replicas,
    // Only at creation: servers of old ignore it in an update.
    allow_direct: true,
    duplicate_window: DUPLICATE_WINDOW_MILLISECONDS * NANOS_PER_MILLISECOND,
  })
}

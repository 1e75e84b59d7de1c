import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { JsMsg } from '@nats-io/jetstream'
import type { Micros } from '../market/index.ts'
import { keyOf } from './jetstream-address.ts'
import type { LogRecord, Topic } from './log.ts'

const COMPRESSION_THRESHOLD_BYTES = 1_024
const PLAIN = 0
const COMPRESSED = 1
const NANOS_PER_MICRO = 1_000n

/** A value as a message carries it: one byte that tells the form, then the value, compressed where that is worth it. */
export function encodePayload(value: Uint8Array): Uint8Array {
  let form = PLAIN
  let body = value
  if (value.length >= COMPRESSION_THRESHOLD_BYTES) {
    const compressed = zstdCompressSync(value, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
    if (compressed.length < value.length) {
      form = COMPRESSED
      body = compressed
    }
  }
  const payload = new Uint8Array(1 + body.length)
  payload[0] = form
  payload.set(body, 1)
  return payload
}

export function decodeMessage(prefix: string, topic: Topic, message: JsMsg): LogRecord {
  const body = message.data.subarray(1)
  return {
    position: message.seq,
    time: Number(BigInt(message.timestampNanos) / NANOS_PER_MICRO) as Micros,
    key: keyOf(prefix, topic, message.subject),
    value: message.data[0] === COMPRESSED ? zstdDecompressSync(body) : body,
  }
}

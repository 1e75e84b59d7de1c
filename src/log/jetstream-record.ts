import { Buffer } from 'node:buffer'
import type { JsMsg } from '@nats-io/jetstream'
import type { Micros } from '../market/index.ts'
import { keyOf } from './jetstream-address.ts'
import type { LogRecord, Topic } from './log.ts'
import { packValue, unpackValue } from './value-form.ts'

const NANOS_PER_MICRO = 1_000n

/** A value as a message carries it: one byte that tells the form, then the value, compressed where that is worth it. */
export function encodePayload(value: Uint8Array): Uint8Array {
  const { form, body } = packValue(value)
  const payload = new Uint8Array(1 + body.length)
  payload[0] = form
  payload.set(body, 1)
  return payload
}

export function decodeMessage(prefix: string, topic: Topic, message: JsMsg): LogRecord {
  const data = Buffer.from(message.data.buffer, message.data.byteOffset, message.data.byteLength)
  return {
    position: message.seq,
    time: Number(BigInt(message.timestampNanos) / NANOS_PER_MICRO) as Micros,
    key: keyOf(prefix, topic, message.subject),
    value: unpackValue(data[0], data.subarray(1)),
  }
}

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { CANDLE_INTERVALS, MAXIMUM_STREAM_DEPTH, STREAM_CHANNELS } from '../schemas/index.ts'
import { BURST_BYTES_TOGETHER } from './burst-budget.ts'
import { BURST_BYTES, BURST_MILLISECONDS, CLOSE_CODES, MAXIMUM_KEPT_BYTES, SLOW_BYTES } from './stream-client.ts'
import { BEAT_MILLISECONDS, DEPTH_MILLISECONDS, HEARTBEAT_MILLISECONDS } from './stream-hub.ts'
import {
  MAXIMUM_INVALID_MESSAGES,
  MAXIMUM_MESSAGE_BYTES,
  MAXIMUM_SUBSCRIPTIONS,
  MESSAGE_BURST,
  MESSAGES_PER_SECOND,
} from './stream-server.ts'

test('docs/stream.md names every channel, interval, limit and close code as they are', async () => {
  const page = (await readFile(new URL('../../../docs/stream.md', import.meta.url), 'utf8')).replaceAll(/\s+/g, ' ')
  const facts = [
    ...STREAM_CHANNELS.map((channel) => `| \`${channel}\` |`),
    ...CANDLE_INTERVALS.map((interval) => `\`${interval}\``),
    ...Object.values(CLOSE_CODES).map((code) => `| ${code} |`),
    ...['welcome', 'ack', 'snapshot', 'batch', 'heartbeat', 'pong', 'error'].map((type) => `| \`${type}\` |`),
    `at most ${MAXIMUM_MESSAGE_BYTES / 1024} KiB`,
    `${MESSAGE_BURST} messages at once, ${MESSAGES_PER_SECOND} a second`,
    `${MAXIMUM_SUBSCRIPTIONS} subscriptions`,
    `\`depth\`: 1 to ${MAXIMUM_STREAM_DEPTH}`,
    `most every ${DEPTH_MILLISECONDS} ms`,
    `about ${BEAT_MILLISECONDS} ms`,
    `${SLOW_BYTES / 1024} KiB wait`,
    `for ${BURST_MILLISECONDS / 1000} s, or ${BURST_BYTES / 1024 / 1024} MiB at any time`,
    `${BURST_BYTES_TOGETHER / 1024 / 1024} MiB of all clients together`,
    `${MAXIMUM_KEPT_BYTES / 1024 / 1024} MiB of them`,
    `${MAXIMUM_INVALID_MESSAGES} messages could not be read`,
  ]
  for (const fact of facts) assert.ok(page.includes(fact), fact)
  assert.equal(HEARTBEAT_MILLISECONDS, 5_000, 'the page says five seconds')
})

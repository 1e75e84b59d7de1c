import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { TSchema } from 'typebox'
import { Check, Errors } from 'typebox/value'
import { ProblemSchema } from '../schemas/index.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'

const PATIENCE_MILLISECONDS = 60_000

/** An answer, its body read as JSON where it is that. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: bodies are checked against the schemas of the routes, then looked into freely
  readonly body: any
}

/** Asks an address of the gateway. */
export async function get(
  gateway: GatewayUnderTest,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  const response = await fetch(gateway.url + path, { headers, method })
  const text = await response.text()
  const isJson = /[/+]json;/.test(response.headers.get('content-type') ?? '') && text !== ''
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
}

/** Asserts that a value is what a schema says. */
export function assertFits(schema: TSchema, value: unknown): void {
  assert.ok(Check(schema, value), JSON.stringify([...Errors(schema, value)].slice(0, 3)))
}

/** Asserts that an answer is the problem document of a code. */
export function assertProblem(answer: Answer, status: number, code: string): void {
  assert.equal(answer.status, status, answer.text)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assertFits(ProblemSchema, answer.body)
  assert.equal(answer.body.code, code)
  assert.equal(answer.body.status, status)
}

/** Asks again until the tape has been read so far. */
export async function until(
  gateway: GatewayUnderTest,
  path: string,
  done: (answer: Answer) => boolean,
): Promise<Answer> {
  const limit = performance.now() + PATIENCE_MILLISECONDS
  for (;;) {
    const answer = await get(gateway, path)
    if (done(answer)) return answer
    if (performance.now() > limit) throw new Error(`it did not happen: ${answer.text.slice(0, 500)}`)
    await wait(10)
  }
}

import type { TSchema } from 'typebox'
import { ProblemSchema } from '../schemas/index.ts'

/** What every route says of itself. Answers are put into text by the route, so their schemas are for readers and for tests. */
export interface RouteSchema {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly response: unknown
}

const PROBLEM = {
  description: 'What is wrong, with a coded error',
  content: { 'application/problem+json': { schema: ProblemSchema } },
}

const ROWS = { schema: { type: 'string' } }

/** The parts of a route's schema that all have: its name, what it gives, and that errors are problem documents. */
export function answers(operationId: string, summary: string, schema: TSchema, tags: readonly string[]): RouteSchema {
  const description = summary
  const content = { 'application/json': { schema } }
  return { operationId, summary, tags, response: { 200: { description, content }, '4xx': PROBLEM, '5xx': PROBLEM } }
}

/** As {@link answers}, for lists: they come as CSV and NDJSON too. */
export function answersList(
  operationId: string,
  summary: string,
  schema: TSchema,
  tags: readonly string[],
): RouteSchema {
  const description = summary
  const content = { 'application/json': { schema }, 'text/csv': ROWS, 'application/x-ndjson': ROWS }
  return { operationId, summary, tags, response: { 200: { description, content }, '4xx': PROBLEM, '5xx': PROBLEM } }
}

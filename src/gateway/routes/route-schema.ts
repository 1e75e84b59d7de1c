import type { TSchema } from 'typebox'
import { ProblemSchema } from '../schemas/index.ts'

/** What every route says of itself. Answers are put into text by the route, so their schemas are for readers and for tests. */
export interface RouteSchema {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly response: unknown
}

/** The parts of a route's schema that all have: its name, what it gives, and that errors are problem documents. */
export function answers(operationId: string, summary: string, schema: TSchema, tags: readonly string[]): RouteSchema {
  return { operationId, summary, tags, response: { 200: schema, '4xx': ProblemSchema, '5xx': ProblemSchema } }
}

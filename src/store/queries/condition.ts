import { MAXIMUM_PAGE_SIZE, type Order, type PageRequest } from '../store.ts'
import type { QueryParameters } from '../store-client.ts'
import { StoreError } from '../store-error.ts'

/** Conditions of a query with the parameters that they are bound to. Values never become part of the text. */
export class Conditions {
  readonly #texts: string[] = []
  readonly #parameters: Record<string, string | number | null | readonly string[]> = {}

  /** Adds a condition if the value is there. `text` names the parameter: `venue = {venue:String}`. */
  with(text: string, name: string, value: string | number | readonly string[] | undefined): this {
    if (value === undefined) return this
    this.#texts.push(text)
    this.#parameters[name] = value
    return this
  }

  /** Adds a condition on a key of several parts. */
  withAll(text: string, values: Readonly<Record<string, string | number>>): this {
    this.#texts.push(text)
    Object.assign(this.#parameters, values)
    return this
  }

  /** `WHERE …`, or nothing. */
  get where(): string {
    return this.#texts.length === 0 ? '' : `WHERE ${this.#texts.join(' AND ')}`
  }

  get parameters(): QueryParameters {
    return this.#parameters
  }
}

/**
 * For questions whose conditions are all on the table's key: reading the key's columns first to filter by them, and keeping
 * notes of what was filtered, costs more than it saves.
 */
export const BY_KEY_ALONE = 'SETTINGS optimize_move_to_prewhere = 0, use_query_condition_cache = 0'

/** A bound moment in microseconds, as the engine's time. */
export function moment(name: string): string {
  return `fromUnixTimestamp64Micro({${name}:Int64}, 'UTC')`
}

/** @throws StoreError STORE_QUERY_TOO_LARGE unless 1 <= limit <= `MAXIMUM_PAGE_SIZE`. */
export function checkedLimit(request: PageRequest): number {
  if (Number.isInteger(request.limit) && request.limit >= 1 && request.limit <= MAXIMUM_PAGE_SIZE) return request.limit
  throw new StoreError(
    'STORE_QUERY_TOO_LARGE',
    `a page of ${request.limit} items cannot be asked for; choose 1 to ${MAXIMUM_PAGE_SIZE}`,
  )
}

/** `>` or `<`, and `ASC` or `DESC`, for walking through keys. */
export function direction(order: Order | undefined): { readonly beyond: '>' | '<'; readonly sort: 'ASC' | 'DESC' } {
  return order === 'newest-first' ? { beyond: '<', sort: 'DESC' } : { beyond: '>', sort: 'ASC' }
}

import type { Page } from '../schemas/index.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'

/**
 * A page of a list that is in memory, ordered by name: the items after the one that the cursor names. `purpose` holds
 * what else was asked, so that a cursor cannot be used for another question.
 */
export function keysetPage<Item>(
  items: Iterable<Item>,
  nameOf: (item: Item) => string,
  asked: { readonly purpose: string; readonly limit: number; readonly cursor: string | undefined },
): Page<Item> {
  const after =
    asked.cursor === undefined ? undefined : String(decodeCursor(asked.purpose, asked.cursor, ['string'])[0])
  const rest: { readonly name: string; readonly item: Item }[] = []
  for (const item of items) {
    const name = nameOf(item)
    if (after === undefined || name > after) rest.push({ name, item })
  }
  rest.sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0))
  const page = rest.slice(0, asked.limit)
  const last = page.at(-1)
  const nextCursor = rest.length > page.length && last !== undefined ? encodeCursor(asked.purpose, [last.name]) : null
  return { items: page.map(({ item }) => item), nextCursor }
}

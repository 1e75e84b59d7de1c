import { type BulkRow, type BulkSource, VenueError } from '../../venues/index.ts'

/** Longest line that is taken for a row. */
const MAXIMUM_LINE = 4_096

/** Lines of a text that comes in pieces, without their ends. Memory is bounded: a line that never ends is an error. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAXIMUM_LINE) throw new VenueError('VENUE_BULK_INVALID', 'a row is longer than any that is known')
    yield* lines
  }
  rest += decoder.decode()
  if (rest !== '') yield rest
}

/** Reads rows by the names of their columns; the first line may be a header that gives them. */
export class RowReader {
  readonly #source: Pick<BulkSource, 'columns'>
  #places: ReadonlyMap<string, number>
  #isFirst = true

  constructor(source: Pick<BulkSource, 'columns'>) {
    this.#source = source
    this.#places = placesOf(source.columns)
  }

  /** The row that a line is; undefined for a header and for an empty line. */
  read(line: string): BulkRow | undefined {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line
    const cells = text.split(',')
    if (this.#isFirst) {
      this.#isFirst = false
      const names = cells.map(columnName)
      if (names.some((name) => this.#source.columns.includes(name))) {
        this.#places = placesOf(names)
        return undefined
      }
    }
    if (text === '') return undefined
    return (column) => {
      const place = this.#places.get(column)
      const cell = place === undefined ? undefined : cells[place]
      if (cell === undefined)
        throw new VenueError('VENUE_BULK_INVALID', `there is no ${column} in ${JSON.stringify(text.slice(0, 160))}`)
      return cell
    }
  }
}

function placesOf(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, place) => [name, place]))
}

/** `trade_id/…`, as older files of OKX have it, is `trade_id`; a mark of the encoding before the first name is none of it. */
function columnName(cell: string): string {
  return (cell.split('/')[0] ?? '')
    .replace(/^\u{FEFF}/u, '')
    .trim()
    .toLowerCase()
}

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const DOCS = join(import.meta.dirname, '..', 'docs')
const SPECIFICATION = join(DOCS, 'specification.md')
const BENCHMARKS = join(DOCS, 'benchmarks.md')

/** Where the figure of a non-functional requirement stands in `docs/benchmarks.md`. */
interface Source {
  readonly measurement: string
  /** Rows whose first cell fits; what it captures names the figure. */
  readonly rows: RegExp
}

const SOURCES: Readonly<Record<string, Source>> = {
  'N-01': { measurement: 'latency', rows: /^(p99)$/ },
  'N-02': { measurement: 'candles', rows: /^one day of 1-minute candles .*(p99)$/ },
  'N-03': { measurement: 'start', rows: /^first price on the page, (.+)$/ },
  'N-10': { measurement: 'frames', rows: /^(.+?) \(.*: Opentape.*events$/ },
  'N-11': { measurement: 'frames', rows: /^(.+?) \(.*: Opentape.*books.*$/ },
  'N-12': { measurement: 'pipeline', rows: /^(events a second), held/ },
  'N-13': { measurement: 'pipeline', rows: /^(ratio): parse only/ },
  'N-15': { measurement: 'clients', rows: /^([\d,]+ clients?)$/ },
  'N-16': { measurement: 'many', rows: /^(events a second) on the tape, held/ },
  'N-20': { measurement: 'memory', rows: /^(largest|growth in half an hour)/ },
  'N-22': { measurement: 'instruments', rows: /^(collector after a minute|largest during that minute)/ },
  'N-21': { measurement: 'candles', rows: /^(bytes on disk a trade, trades alone|… with candles of all widths)$/ },
}

/** Said where a measurement has not put its table onto the page. */
const ABSENT = 'no figure yet'

/** The specification with the figures of the page of benchmarks: nobody copies them by hand. */
export function withFigures(specification: string, benchmarks: string): string {
  return specification.replace(
    /^(\| (N-\d+) \| [^|\n]+ \| [^|\n]+ \| )[^|\n]+( \| [^|\n]+ \|)$/gm,
    (line: string, before: string, id: string, after: string) => {
      const source = SOURCES[id]
      return source === undefined ? line : `${before}${figuresOf(source, benchmarks)}${after}`
    },
  )
}

/** Brings the figures of the written specification up to date. */
export function writeFigures(): void {
  writeFileSync(SPECIFICATION, withFigures(readFileSync(SPECIFICATION, 'utf8'), readFileSync(BENCHMARKS, 'utf8')))
}

function figuresOf({ measurement, rows }: Source, benchmarks: string): string {
  const from = benchmarks.indexOf(`<!-- generated: ${measurement} -->`)
  const table = from < 0 ? '' : benchmarks.slice(from, benchmarks.indexOf(`<!-- end: ${measurement} -->`, from))
  const figures = [...table.matchAll(/^\| ([^|\n]+) \| ([^|\n]+) \|(?: [^|\n]* \|)?([^|\n]*)\|$/gm)].flatMap(
    ([, what = '', value = '', reached = '']) => {
      const name = rows.exec(what)?.[1]
      if (name === undefined) return []
      return [`${name}: ${value}${reached.includes('no') ? ' (**not reached**)' : ''}`]
    },
  )
  return figures.length === 0 ? ABSENT : figures.join('; ')
}

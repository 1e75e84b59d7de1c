import { writeSync } from 'node:fs'
import type { DestinationStream } from 'pino'
import { printable, styled } from './terminal.ts'

const STANDARD_ERROR = 2
const HIDDEN = new Set(['level', 'time', 'role', 'msg', 'err'])
const LEVEL_STYLE: Readonly<Record<string, 'red' | 'yellow' | 'cyan' | 'dim'>> = {
  fatal: 'red',
  error: 'red',
  warn: 'yellow',
  info: 'cyan',
}

/** Log lines for people: time, level, role, message, fields. In this thread and at once: few are written. */
export function prettyDestination(options: {
  readonly colour: boolean
  readonly write?: (text: string) => void
}): DestinationStream {
  const write = options.write ?? ((text) => writeSync(STANDARD_ERROR, text))
  return { write: (line) => write(prettyLine(line, options.colour)) }
}

function prettyLine(line: string, colour: boolean): string {
  const entry: Readonly<Record<string, unknown>> = JSON.parse(line)
  const level = String(entry.level)
  const fields = Object.entries(entry)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      return styled(colour, 'dim', printable(`${name}=${text}`))
    })
  const words = [
    styled(colour, 'dim', String(entry.time).slice(11, 23)),
    styled(colour, LEVEL_STYLE[level] ?? 'dim', level.padEnd(5)),
    `${String(entry.role)}:`,
    printable(String(entry.msg ?? '')),
    ...fields,
  ]
  const stack = stackOf(entry.err)
  return `${words.join(' ')}\n${stack === undefined ? '' : `${printable(stack)}\n`}`
}

function stackOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('stack' in error && typeof error.stack === 'string') return error.stack
  return 'message' in error ? String(error.message) : undefined
}

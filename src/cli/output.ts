import { writeSync } from 'node:fs'
import { ConfigError, hasColour, printable, styled } from '../platform/index.ts'
import { codeOf, messageOf } from './cli-error.ts'

const STANDARD_OUTPUT = 1

/** Writes results to standard output: at once, so that nothing is lost when the process ends. */
export function print(text: string): void {
  writeWhole(`${text}\n`)
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value))
}

/** A pipe that is full takes a part or nothing; whoever reads it is waited for. */
function writeWhole(text: string): void {
  let rest = Buffer.from(text)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(STANDARD_OUTPUT, rest))
    } catch (cause) {
      if (codeOf(cause) === 'EPIPE') process.exit(0)
      if (codeOf(cause) !== 'EAGAIN') throw cause
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

/** Styles for standard output. */
export const paint = {
  strong: (text: string) => styled(hasColour(process.stdout), 'bold', text),
  faint: (text: string) => styled(hasColour(process.stdout), 'dim', text),
  good: (text: string) => styled(hasColour(process.stdout), 'green', text),
  bad: (text: string) => styled(hasColour(process.stdout), 'red', text),
  warning: (text: string) => styled(hasColour(process.stdout), 'yellow', text),
}

/** Says on standard error what went wrong; as one JSON object for programs. */
export function printError(error: unknown, options: { readonly json: boolean }): void {
  const code = codeOf(error) ?? 'UNEXPECTED'
  const message = printable(messageOf(error))
  if (options.json) {
    const problems = error instanceof ConfigError ? { problems: error.problems } : {}
    process.stderr.write(`${JSON.stringify({ error: { code, message, ...problems } })}\n`)
    return
  }
  const label = styled(hasColour(process.stderr), 'red', 'error')
  const lines =
    error instanceof ConfigError
      ? ['the configuration cannot be used; nothing was started', ...message.split('\n')]
      : [message]
  process.stderr.write(`${label} ${lines.join('\n  ')} [${code}]\n`)
}

/** Rows as aligned columns. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length)
  return rows
    .map((row) =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '),
    )
    .join('\n')
}

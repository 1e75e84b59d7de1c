import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { printable } from '../platform/index.ts'
import { type CaptureProblem, type CaptureSummary, normalizeCapture, venueProtocol } from '../venues/index.ts'
import { CliError, messageOf } from './cli-error.ts'
import { ProgressBar } from './progress-bar.ts'
import { writeAll } from './write-stream.ts'

export interface NormalizeOptions {
  /** `-` is standard input. */
  readonly file: string
  readonly venue: string
  readonly books: boolean
  readonly json: boolean
}

/** Problems that are shown one by one; the rest is counted. */
const SHOWN_PROBLEMS = 10
const STANDARD_INPUT = '-'

/** Writes a capture's events to standard output, and what was odd to standard error. */
export async function normalize(options: NormalizeOptions): Promise<void> {
  const total = options.file === STANDARD_INPUT ? undefined : await sizeOf(options.file)
  const progress = new ProgressBar({ label: 'normalizing', unit: 'bytes', total })
  let problems = 0
  let summary: Readonly<CaptureSummary> | undefined
  const events = normalizeCapture(
    {
      protocol: venueProtocol(options.venue),
      books: options.books,
      problem: (problem) => {
        problems++
        if (problems <= SHOWN_PROBLEMS) say(options, problem)
      },
    },
    readText(options.file, (bytes) => progress.update(bytes)),
    (read) => {
      summary = read
    },
  )
  await writeAll(process.stdout, events)
  progress.finish()
  if (problems > SHOWN_PROBLEMS && !options.json)
    process.stderr.write(`… and ${problems - SHOWN_PROBLEMS} more lines that could not be used\n`)
  if (options.json && summary !== undefined) process.stderr.write(`${JSON.stringify({ summary })}\n`)
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    const { size } = await stat(file)
    return size === 0 ? undefined : size
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

async function* readText(file: string, progress: (bytes: number) => void): AsyncGenerator<string, void, undefined> {
  const input = file === STANDARD_INPUT ? process.stdin : createReadStream(file)
  const decoder = new TextDecoder()
  let bytes = 0
  try {
    for await (const chunk of input) {
      if (!(chunk instanceof Uint8Array)) continue
      bytes += chunk.length
      progress(bytes)
      const text = decoder.decode(chunk, { stream: true })
      if (text !== '') yield text
    }
  } catch (cause) {
    throw unreadable(file, cause)
  }
  const rest = decoder.decode()
  if (rest !== '') yield rest
}

function unreadable(file: string, cause: unknown): CliError {
  return new CliError(
    'CLI_INPUT_UNREADABLE',
    `${file === STANDARD_INPUT ? 'standard input' : file} cannot be read: ${messageOf(cause)}`,
    { cause },
  )
}

function say(options: NormalizeOptions, { line, error }: CaptureProblem): void {
  const [kind, reason] = error instanceof Error ? [error.code, error.message] : [error.kind, error.reason]
  const text = options.json ? JSON.stringify({ line, kind, reason }) : `line ${line}: ${printable(reason)} [${kind}]`
  process.stderr.write(`${text}\n`)
}

import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { CliError, codeOf, messageOf } from './cli-error.ts'
import { writeAll } from './write-stream.ts'

/**
 * Writes text to a new file, or to standard output where none is named.
 * @throws CliError CLI_OUTPUT_UNUSABLE if the file exists already or cannot be made
 */
export async function writeExport(output: string | undefined, texts: AsyncIterable<string>): Promise<void> {
  if (output === undefined) return await writeAll(process.stdout, texts)
  const stream: Writable = createWriteStream('', { fd: await newFile(output) })
  await writeAll(stream, texts)
  stream.end()
  await finished(stream)
}

async function newFile(path: string) {
  try {
    return await open(path, 'wx')
  } catch (cause) {
    const reason = codeOf(cause) === 'EEXIST' ? 'it exists already: remove it or name another' : messageOf(cause)
    throw new CliError('CLI_OUTPUT_UNUSABLE', `${path} cannot be written: ${reason}`, { cause })
  }
}

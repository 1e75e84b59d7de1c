import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { crc32, createGunzip } from 'node:zlib'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { CliError, codeOf, messageOf } from '../cli-error.ts'

/** A table in a bulk file: the CSV itself, or one of those in a ZIP. */
export interface BulkTable {
  /** Its name, without folders and `.gz`: `BTCUSDT-trades-2026-01-31.csv`. */
  readonly name: string
  /** Its bytes, unpacked as they are read. */
  open(): Promise<AsyncIterable<Uint8Array>>
}

/**
 * The tables of a `.zip`, `.csv.gz` or `.csv`, one after the other.
 * @throws CliError CLI_INPUT_UNREADABLE
 */
export async function* tablesOf(file: string): AsyncGenerator<BulkTable, void, undefined> {
  if (file.endsWith('.zip')) yield* tablesOfZip(file)
  else if (file.endsWith('.gz')) yield { name: basename(file, '.gz'), open: async () => guarded(file, unzipped(file)) }
  else if (file.endsWith('.csv'))
    yield { name: basename(file), open: async () => guarded(file, createReadStream(file)) }
  else throw new CliError('CLI_INPUT_UNREADABLE', `${file} is neither .zip nor .csv.gz nor .csv`)
}

function unzipped(file: string): Readable {
  const input = createReadStream(file)
  const output = createGunzip()
  input.on('error', (error) => output.destroy(error))
  return input.pipe(output)
}

async function* tablesOfZip(file: string): AsyncGenerator<BulkTable, void, undefined> {
  let zip: ZipFile
  try {
    zip = await openPromise(file, { lazyEntries: true, autoClose: false })
  } catch (cause) {
    throw unreadable(file, cause)
  }
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith('.csv')) continue
      const name = basename(entry.fileName)
      // What systems put beside the files that they pack is none of them.
      if (name.startsWith('._') || entry.fileName.startsWith('__MACOSX/')) continue
      yield { name, open: async () => guarded(file, checked(entry, await zip.openReadStreamPromise(entry))) }
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    throw unreadable(file, cause)
  } finally {
    zip.close()
  }
}

/** The library gives the checksum of an entry and leaves it to us. */
async function* checked(entry: Entry, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let sum = 0
  for await (const chunk of chunks) {
    sum = crc32(chunk, sum)
    yield chunk
  }
  if (sum !== entry.crc32 >>> 0) throw new Error(`${entry.fileName} is damaged: its CRC-32 is wrong`)
}

async function* guarded(file: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await iterator.next().catch((cause: unknown) => {
        throw unreadable(file, cause)
      })
      if (done === true) return
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}

/** A file that cannot be read. */
export function unreadable(file: string, cause: unknown): CliError {
  const why = codeOf(cause) === 'ENOENT' ? 'it is not there' : messageOf(cause)
  return new CliError('CLI_INPUT_UNREADABLE', `${file} cannot be read: ${why}`, { cause })
}

import type { Writable } from 'node:stream'
import { codeOf } from './cli-error.ts'

/**
 * Writes text to a stream, as fast as its reader takes it. A reader that has seen enough and closes its end, such as
 * `head`, ends it without fault. Standard output is left open.
 */
export async function writeAll(stream: Writable, texts: AsyncIterable<string> | Iterable<string>): Promise<void> {
  let failure: Error | undefined
  let wake: (() => void) | undefined
  const onError = (error: Error) => {
    failure = error
    wake?.()
  }
  const onDrain = () => wake?.()
  stream.on('error', onError).on('drain', onDrain)
  try {
    for await (const text of texts) {
      if (!stream.write(text) && failure === undefined)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      if (failure !== undefined) break
    }
    // What was written last may still be on its way.
    if (failure === undefined) await new Promise<void>((resolve) => stream.write('', () => resolve()))
  } finally {
    stream.off('drain', onDrain)
  }
  if (failure !== undefined && codeOf(failure) !== 'EPIPE') throw failure
}

// Compiles the program once, at `npm install`, into the cache that every start uses: the first start is as quick as the
// others, and no process holds the tool that strips types. Plain JavaScript, like all that must run on any Node.
import * as nodeModule from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isSupported } from './node-version.js'

const root = fileURLToPath(new URL('..', import.meta.url))
/** What the processes of `opentape up` load; the store's engine is too large to be loaded for this. */
const ENTRIES = [
  'cli/index.ts',
  'cli/up/up.ts',
  'cli/up/up-report.ts',
  'cli/roles.ts',
  'cli/watchlist-keeper.ts',
  'collector/index.ts',
  'processor/index.ts',
  'gateway/index.ts',
  'simulator/index.ts',
  'control/index.ts',
  'log/index.ts',
  'log/embedded-layout.ts',
]

// A Node that is too old runs the program on another one, which compiles for itself.
if (isSupported()) {
  nodeModule.enableCompileCache?.(join(root, 'node_modules', '.cache', 'opentape'))
  try {
    for (const entry of ENTRIES) await import(new URL(`../src/${entry}`, import.meta.url).href)
    nodeModule.flushCompileCache?.()
  } catch (cause) {
    // Only the first start gets slower.
    console.error(`Not compiled beforehand: ${cause instanceof Error ? cause.message : cause}`)
  }
}

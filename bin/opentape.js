#!/usr/bin/env node
// Plain JavaScript: it runs on whatever Node there is, and finds one that is new enough.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { adviceFor, isSupported } from '../scripts/node-version.js'

const EXIT_USAGE = 2
const root = dirname(dirname(fileURLToPath(import.meta.url)))

if (isSupported()) {
  // Compiled code is kept from start to start, for the child processes too.
  const cache = join(root, 'node_modules', '.cache', 'opentape')
  nodeModule.enableCompileCache?.(cache)
  process.env.NODE_COMPILE_CACHE ??= cache
  const { main } = await import('../src/cli/index.ts')
  await main(process.argv)
} else runOnBroughtNode()

/** On the Node that came with the development packages, if it is there. */
function runOnBroughtNode() {
  const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (process.env.OPENTAPE_INTERNAL_RESTARTED !== undefined || !existsSync(node)) {
    console.error(adviceFor())
    process.exit(EXIT_USAGE)
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, OPENTAPE_INTERNAL_RESTARTED: '1' },
  })
  // Whoever signals this process means the child. A terminal sends Ctrl-C to both; the child takes two that come together as one.
  process.on('SIGINT', () => child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGHUP'))
  child.on('error', (cause) => {
    console.error(`${node} cannot be run: ${cause.message}\n${adviceFor()}`)
    process.exit(EXIT_USAGE)
  })
  child.on('exit', (code, signal) => {
    if (signal !== null) {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    } else process.exit(code ?? 1)
  })
}

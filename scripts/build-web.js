// Builds the dashboard into web/dist. Plain JavaScript, so that `npm install` (which runs it as `prepare`) gets through on
// every Node and without development packages.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const ifPossible = process.argv.includes('--if-possible')

async function build() {
  if (!existsSync(join(root, 'web', 'index.html'))) return
  const { build: viteBuild } = await import('vite')
  await viteBuild({ root: join(root, 'web'), logLevel: 'warn', clearScreen: false })
}

try {
  await build()
} catch (cause) {
  const missing = cause?.code === 'ERR_MODULE_NOT_FOUND'
  console.error(
    missing
      ? 'The dashboard was not built: its build tools are development packages. Run "npm install --include=dev".'
      : `The dashboard was not built: ${cause instanceof Error ? cause.message : cause}\nRun "npm run build" to try again.`,
  )
  process.exitCode = ifPossible ? 0 : 1
}

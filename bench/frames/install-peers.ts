import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Settings } from '../support/measurement.ts'
import { peerPath } from './peers.ts'

const DIRECTORY = join(import.meta.dirname, '..', 'peers')
const INSTALL_MILLISECONDS = 180_000

/** Installs the projects that we compare with, if they are not there yet; goes on without them if that fails. */
export async function installPeers(settings: Settings): Promise<void> {
  if (peerPath('tardis-dev', 'package.json') !== undefined && peerPath('ccxt', 'package.json') !== undefined) return
  settings.say('installing the peers into bench/peers (once)')
  const npm = spawn('npm', ['install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund'], {
    cwd: DIRECTORY,
    stdio: ['ignore', 'ignore', 'inherit'],
    signal: AbortSignal.timeout(INSTALL_MILLISECONDS),
  })
  try {
    const [code] = await once(npm, 'exit')
    if (code !== 0) settings.say(`npm ended with ${code}: going on without peers`)
  } catch (error) {
    settings.say(`the peers could not be installed, going on without: ${String(error)}`)
  }
}

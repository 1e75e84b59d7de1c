import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeLog } from './log.conformance.ts'

let root = ''
let used = 0

describeLog('the embedded log', {
  async start() {
    root = await mkdtemp(join(tmpdir(), 'opentape-log-'))
  },
  freshAddress() {
    used++
    return join(root, String(used))
  },
  async stop() {
    await rm(root, { recursive: true, force: true })
  },
})

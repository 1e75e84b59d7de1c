import { parseArgs } from 'node:util'
import { memory } from './demo/memory.ts'
import { start } from './demo/start.ts'
import { frames } from './frames/frames.ts'
import { venues } from './frames/venues.ts'
import { clients } from './load/clients.ts'
import { instruments } from './load/instruments.ts'
import { latency } from './load/latency.ts'
import { many } from './load/many.ts'
import { pipeline } from './load/pipeline.ts'
import { candles } from './store/candles.ts'
import type { Measurement, Settings } from './support/measurement.ts'
import { type Measured, printTable, reportOf } from './support/report.ts'
import { writeReport } from './support/write-report.ts'

const MEASUREMENTS: readonly Measurement[] = [
  frames,
  venues,
  pipeline,
  latency,
  clients,
  many,
  instruments,
  candles,
  memory,
  start,
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '2' },
    venues: { type: 'string', default: '' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const names = MEASUREMENTS.map(({ name }) => name)
const unknown = positionals.filter((name) => !names.includes(name))
const minutes = Number(values.minutes)
if (values.help || unknown.length > 0 || !(minutes > 0)) {
  const usage = `npm run bench -- [${names.join('] [')}] [--minutes N] [--venues A,B] [--json] [--write]

Without names, all are measured. --minutes: length of the measurement of memory (30 for the full one).
--venues: only these, where a measurement goes over venues.
--json: for programs. --write: puts the table into docs/benchmarks.md.`
  console.error(unknown.length > 0 ? `no measurement is called ${unknown.join(', ')}\n\n${usage}` : usage)
  process.exit(values.help ? 0 : 2)
}

const settings: Settings = {
  minutes,
  venues: values.venues.split(',').filter((name) => name !== ''),
  say: (text) => process.stderr.write(`  ${text}\n`),
}
const measured: Measured[] = []
for (const measurement of MEASUREMENTS) {
  if (positionals.length > 0 && !positionals.includes(measurement.name)) continue
  settings.say(`— ${measurement.title}`)
  measured.push({ measurement, outcome: await measurement.run(settings) })
}
const report = reportOf(measured)
if (values.json) console.log(JSON.stringify(report, null, 2))
else printTable(report)
if (values.write) await writeReport(report)

import { Installation } from '../support/installation.ts'
import { atMost, type Measurement } from '../support/measurement.ts'
import { processMemory } from '../support/process-memory.ts'
import { megabytes, slopePerMinute } from '../support/statistics.ts'

const TARGET_BYTES = 1_000_000_000
/** Growth over half an hour above which memory is not flat. */
const FLAT_BYTES = 50_000_000
const SAMPLE_MILLISECONDS = 5_000
/** The beginning, in which caches fill, tells nothing about the slope. */
const SETTLING_SHARE = 0.3

interface Sample {
  readonly minute: number
  /** Bytes that are shared with others count in part. */
  readonly proportional: number
  readonly resident: number
  /** Of no file: what the system cannot take back. */
  readonly anonymous: number
  readonly parts: ReadonlyMap<string, number>
}

export const memory: Measurement = {
  name: 'memory',
  title: 'Memory of the demo, all processes together',
  run: async (settings) => {
    const installation = await Installation.prepare({}, ['--demo'])
    try {
      await installation.start()
      const samples: Sample[] = []
      const started = performance.now()
      let minute = 0
      while (minute < settings.minutes) {
        await new Promise((resolve) => setTimeout(resolve, SAMPLE_MILLISECONDS))
        minute = (performance.now() - started) / 60_000
        samples.push(sample(installation, minute))
        if (samples.length % 12 === 0)
          settings.say(`${minute.toFixed(0)} min: ${megabytes(samples.at(-1)?.proportional ?? 0)}`)
      }
      const last = samples.at(-1) as Sample
      const most = Math.max(...samples.map(({ proportional }) => proportional))
      const settled = samples.filter((each) => each.minute >= settings.minutes * SETTLING_SHARE)
      const slope = slopePerMinute(settled.map(({ minute, proportional }) => ({ minute, value: proportional })))
      const isLong = settings.minutes >= 10
      return {
        rows: [
          atMost(`largest in ${settings.minutes} minutes (proportional set size)`, most, TARGET_BYTES, megabytes),
          { what: 'at the end (proportional)', value: megabytes(last.proportional) },
          { what: '… of it memory of their own, not of files', value: megabytes(last.anonymous) },
          {
            what: 'at the end (resident sizes added up, what is shared counted many times)',
            value: megabytes(last.resident),
          },
          {
            what: 'growth in half an hour at the slope of the last 70 %',
            value: megabytes(slope * 30),
            ...(isLong ? { target: `≤ ${megabytes(FLAT_BYTES)}`, reached: slope * 30 <= FLAT_BYTES } : {}),
          },
          ...[...last.parts].map(([part, bytes]) => ({ what: `at the end: ${part}`, value: megabytes(bytes) })),
        ],
        notes: [
          'Proportional set size from /proc/PID/smaps_rollup: pages that several processes share, such as the log’s map and the program itself, are divided among them. Clean pages of the log’s file are in it, which the system takes back when it needs them.',
          ...(isLong ? [] : ['Too short a run to tell a slope: --minutes 30 is the full one.']),
        ],
      }
    } finally {
      await installation.stop()
    }
  },
}

function sample(installation: Installation, minute: number): Sample {
  const parts = new Map<string, number>()
  let proportional = 0
  let resident = 0
  let anonymous = 0
  for (const { part, pid } of installation.processes()) {
    const used = processMemory(pid)
    parts.set(part, (parts.get(part) ?? 0) + used.proportional)
    proportional += used.proportional
    resident += used.resident
    anonymous += used.anonymous
  }
  return { minute, proportional, resident, anonymous, parts }
}

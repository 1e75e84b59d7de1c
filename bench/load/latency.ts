import { atMost, type Measurement } from '../support/measurement.ts'
import { milliseconds, perSecond } from '../support/statistics.ts'
import { LoadedInstallation } from './loaded-installation.ts'

const RATE = 20_000
const WARM_UP_SECONDS = 15
const SECONDS = 30
const TARGET_MILLISECONDS = 30

export const latency: Measurement = {
  name: 'latency',
  title: `Receive to WebSocket client at ${RATE.toLocaleString('en')} events a second`,
  run: async (settings) => {
    const loaded = await LoadedInstallation.start()
    try {
      const stretch = await loaded.load(RATE, WARM_UP_SECONDS, SECONDS)
      if (stretch.closed !== null) throw new Error(`the client was cut: ${stretch.closed}`)
      const [p50, p99, p999, most] = stretch.ages.map((age) => age / 1_000) as [number, number, number, number]
      settings.say(`pushed ${perSecond(stretch.pushed)}, stored ${perSecond(stretch.stored)}`)
      return {
        rows: [
          { what: 'p50', value: milliseconds(p50) },
          atMost('p99', p99, TARGET_MILLISECONDS, milliseconds),
          { what: 'p99.9', value: milliseconds(p999) },
          { what: 'longest', value: milliseconds(most) },
          { what: 'events pushed', value: perSecond(stretch.pushed) },
          ...[...stretch.cores]
            .filter(([, share]) => share > 0.005)
            .map(([part, share]) => ({ what: `cores taken by: ${part}`, value: share.toFixed(2) })),
        ],
        notes: [
          `From the collector’s receive time in the event to the moment at which the client’s process has the frame, ${SECONDS} s, every event; the log is durable and the store is written meanwhile.`,
        ],
      }
    } finally {
      await loaded.stop()
    }
  },
}

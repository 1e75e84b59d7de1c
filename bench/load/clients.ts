import type { Measurement, Row } from '../support/measurement.ts'
import { milliseconds, perSecond } from '../support/statistics.ts'
import { LOAD_SYMBOLS } from './load-frames.ts'
import { LoadedInstallation } from './loaded-installation.ts'

const RATE = 5_000
const CLIENTS = [1, 100, 250, 500, 1_000]
const WARM_UP_SECONDS = 8
const SECONDS = 20

export const clients: Measurement = {
  name: 'clients',
  title: `Clients of the stream at once, ${RATE.toLocaleString('en')} events a second on the tape`,
  run: async ({ say }) => {
    const loaded = await LoadedInstallation.start()
    const rows: Row[] = []
    try {
      for (const count of CLIENTS) {
        await loaded.serve(Array.from({ length: count }, (_, index) => instrumentOf(index)))
        const { pushed, ages, conflated, closed, cores } = await loaded.load(RATE, WARM_UP_SECONDS, SECONDS)
        const [p50, p99] = ages.map((age) => milliseconds(age / 1_000))
        const core = (part: 'gateway' | 'measuring client'): string => (cores.get(part) ?? 0).toFixed(2)
        const lost = closed === null ? `${conflated} replaced by newer` : `cut: ${closed}`
        const figures = `${perSecond(pushed)} delivered, p50 ${p50}, p99 ${p99}, ${lost}`
        say(`${count} clients: ${figures}; cores: gateway ${core('gateway')}, clients ${core('measuring client')}`)
        rows.push({ what: count === 1 ? '1 client' : `${count.toLocaleString('en')} clients`, value: figures })
        rows.push({
          what: '… cores taken by the gateway, by the clients',
          value: `${core('gateway')}, ${core('measuring client')}`,
        })
      }
    } finally {
      await loaded.stop()
    }
    return {
      rows,
      notes: [
        `Each client takes trades, quotes and book changes of one of ${LOAD_SYMBOLS.length} instruments: a twentieth of the tape. Ages are from the collector’s receive time to the client’s process, every message of every client, ${SECONDS} s.`,
        'All clients are one process on the same two cores as the whole installation, which logs and stores meanwhile.',
      ],
    }
  },
}

/** The instrument that a client watches. */
function instrumentOf(index: number): string {
  const symbol = LOAD_SYMBOLS[index % LOAD_SYMBOLS.length] ?? ''
  return `${symbol.slice(0, 3)}-${symbol.slice(3)}`
}

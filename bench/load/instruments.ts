import { Installation } from '../support/installation.ts'
import { atMost, type Measurement } from '../support/measurement.ts'
import { processMemory } from '../support/process-memory.ts'
import { megabytes } from '../support/statistics.ts'
import { SimulatorProcess } from './simulator-process.ts'

const INSTRUMENTS = 1_000
/** Market events a second: what a thousand pairs of a large exchange do in an ordinary hour, about. */
const RATE = 2_000
const TARGET_BYTES = 400_000_000
/** Books are fetched within the venue's budget of requests: that takes minutes. */
const SYNCHRONISED_MILLISECONDS = 30 * 60_000
/** Feeds of coins in which nothing happens stay without a first message. */
const SYNCHRONISED_SHARE = 0.9
const ORDINARY_MINUTE = 60_000
const SAMPLE_MILLISECONDS = 2_000

export const instruments: Measurement = {
  name: 'instruments',
  title: 'A thousand instruments of one venue on one collector',
  run: async (settings) => {
    const simulator = await SimulatorProcess.start({
      seed: 5,
      venues: ['binance'],
      instruments: INSTRUMENTS,
      rate: RATE,
      limits: false,
    })
    const installation = await Installation.prepare({
      venues: {
        binance: { instruments: ['*'], endpoints: simulator.endpoints.binance },
        coinbase: { enabled: false },
        kraken: { enabled: false },
      },
    })
    try {
      await installation.start()
      settings.say('waiting until the feeds are synchronised')
      const synchronised = async (): Promise<number> => {
        const { feeds } = await installation.json<{ feeds: Record<string, number> }>(`${installation.api}/status`)
        const all = Object.values(feeds).reduce((sum, count) => sum + count, 0)
        return all < INSTRUMENTS ? 0 : (feeds.synchronised ?? 0) / all
      }
      const isSynchronised = async (): Promise<boolean> => (await synchronised()) >= SYNCHRONISED_SHARE
      await installation.until('the feeds are synchronised', isSynchronised, SYNCHRONISED_MILLISECONDS)
      const collector = installation.processes().find(({ part }) => part === 'collector')
      if (collector === undefined) throw new Error('there is no process of the collector')
      const before = installation.processorSeconds().get('collector') ?? 0
      const messages = (await simulator.counts()).messages
      let most = 0
      const started = performance.now()
      while (performance.now() - started < ORDINARY_MINUTE) {
        await new Promise((resolve) => setTimeout(resolve, SAMPLE_MILLISECONDS))
        most = Math.max(most, processMemory(collector.pid).proportional)
      }
      const seconds = (performance.now() - started) / 1_000
      const last = processMemory(collector.pid)
      const cores = ((installation.processorSeconds().get('collector') ?? 0) - before) / seconds
      const frames = ((await simulator.counts()).messages - messages) / seconds
      return {
        rows: [
          atMost('collector after a minute (proportional set size)', last.proportional, TARGET_BYTES, megabytes),
          { what: '… of it memory of its own, not of files', value: megabytes(last.anonymous) },
          { what: 'largest during that minute', value: megabytes(most) },
          { what: 'resident, what is shared counted in full', value: megabytes(last.resident) },
          {
            what: 'instruments; part of their feeds that is synchronised',
            value: `${INSTRUMENTS}; ${((await synchronised()) * 100).toFixed(0)} %`,
          },
          { what: 'frames a second meanwhile', value: frames.toFixed(0) },
          { what: 'cores taken by the collector', value: cores.toFixed(2) },
        ],
        notes: [
          `A simulated Binance with ${INSTRUMENTS} coins, every channel of each, ${RATE} market events a second; books of about 150 levels a side. The minute begins when ${SYNCHRONISED_SHARE * 100} % of the feeds are synchronised: within the budget of requests that Binance allows, fetching a thousand books takes some minutes.`,
          'Raw frames are kept too. Pages of the log’s file that the system takes back when it needs them are in the proportional set size.',
        ],
      }
    } finally {
      await installation.stop()
      await simulator.stop()
    }
  },
}

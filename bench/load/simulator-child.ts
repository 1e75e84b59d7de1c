import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts'

// The process of the simulated exchanges.

/** What was sent to clients, and how many events the market has had. */
export interface SimulatorCounts {
  readonly messages: number
  readonly events: number
}

let simulator: Simulator | undefined

process.on('message', (message: SimulatorOptions | 'report') => {
  if (message === 'report') process.send?.(counts())
  else
    void startSimulator(message).then((started) => {
      simulator = started
      process.send?.({ endpoints: started.endpoints })
    })
})
process.on('disconnect', () => process.exit(0))

function counts(): SimulatorCounts {
  if (simulator === undefined) throw new Error('the simulator is not started')
  const { events, venues } = simulator.control.state() as {
    readonly events: number
    readonly venues: Readonly<Record<string, { readonly messagesSent: number }>>
  }
  return { events, messages: Object.values(venues).reduce((sum, { messagesSent }) => sum + messagesSent, 0) }
}

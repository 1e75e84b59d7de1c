import { ControlServer } from './control-server.ts'
import { faultSpecification } from './faults/fault-specification.ts'
import type { SimulatedVenue } from './model/catalogue.ts'
import { SimulatorControl, type VenueEndpoints } from './simulator-control.ts'
import { resolveOptions, type SimulatorOptions } from './simulator-options.ts'

/** A running simulator. */
export interface Simulator {
  readonly endpoints: Readonly<Partial<Record<SimulatedVenue, VenueEndpoints>>>
  /** Base address of the control API. */
  readonly controlUrl: string
  readonly control: SimulatorControl
  /** Closes everything and completes the ledger's file. */
  stop(): Promise<void>
}

/**
 * Starts simulated exchanges on loopback, each on a port of its own, from one seeded market.
 * @throws SimulatorError for an option that is not allowed, a port that is taken, a ledger that cannot be written.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const resolved = resolveOptions(options)
  for (const fault of resolved.faults) faultSpecification(fault)
  const control = new SimulatorControl(resolved)
  const server = new ControlServer(control, resolved.report)
  const stop = async () => {
    await server.stop()
    await control.stop()
  }
  try {
    const controlUrl = await server.listen(resolved.host, resolved.port)
    await control.start()
    return { endpoints: control.endpoints(), controlUrl, control, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What can be wrong with what the simulator is asked to do. The set is closed; `docs/errors.md` lists it. */
export type SimulatorErrorCode =
  | 'SIMULATOR_OPTIONS_INVALID'
  | 'SIMULATOR_FAULT_INVALID'
  | 'SIMULATOR_INSTRUMENT_UNKNOWN'
  | 'SIMULATOR_LISTEN_FAILED'
  | 'SIMULATOR_LEDGER_FAILED'
  | 'SIMULATOR_STATE_UNREADABLE'
  | 'SIMULATOR_ROUTE_UNKNOWN'
  | 'SIMULATOR_STRANGER_REFUSED'
  | 'SIMULATOR_INTERNAL'

/** The simulator was asked for something that it cannot do. */
export class SimulatorError extends Error {
  readonly code: SimulatorErrorCode

  constructor(code: SimulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SimulatorError'
    this.code = code
  }
}

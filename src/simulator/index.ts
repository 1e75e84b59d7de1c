export {
  FAULT_KINDS,
  type FaultChannel,
  type FaultKind,
  type FaultSpecification,
  faultSpecification,
} from './faults/fault-specification.ts'
export type { Ledger, LedgerBook, LedgerFault, LedgerTrade } from './ledger.ts'
export { SIMULATED_VENUES, type SimulatedVenue } from './model/catalogue.ts'
export { type Simulator, startSimulator } from './simulator.ts'
export type { SimulatorControl, VenueEndpoints } from './simulator-control.ts'
export { SimulatorError, type SimulatorErrorCode } from './simulator-error.ts'
export type { SimulatorOptions } from './simulator-options.ts'

export { type ProcessorRoleOptions, runProcessor } from './run-processor.ts'

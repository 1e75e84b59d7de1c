export type { AnalyticsMessage } from './analytics-message.ts'
export { type ProcessorRoleOptions, runProcessor } from './run-processor.ts'

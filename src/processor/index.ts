export type { AnalyticsMessage } from './analytics-message.ts'
export { type ProcessorRoleOptions, runProcessor } from './run-processor.ts'
export { SINK_GROUP, SINK_TOPIC } from './store-sink.ts'

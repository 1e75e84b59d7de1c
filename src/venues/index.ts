export type { BookState } from './capture-books.ts'
export {
  type CaptureProblem,
  CaptureReplay,
  type CaptureReplayOptions,
  type CaptureSummary,
} from './capture-replay.ts'
export { channelsOf } from './channels-of.ts'
export { normalizeCapture } from './normalize-capture.ts'
export * from './protocol.ts'
export * from './registry.ts'
export { IdRanges } from './shared/id-ranges.ts'
export * from './venue-error.ts'

export {
  decodeFrames,
  encodeFrame,
  FrameBuffer,
  type FrameSource,
  type KeptFrame,
  type RawFrame,
} from './frame-batch.ts'
export { LineBuffer } from './line-buffer.ts'
export type {
  GroupMember,
  GroupPosition,
  Log,
  LogEntry,
  LogRecord,
  ReadLimits,
  Retention,
  Topic,
  TopicBounds,
} from './log.ts'
export { TOPICS } from './log.ts'
export { isLogError, LogError, type LogErrorCode } from './log-error.ts'
export { type LogOptions, openLog } from './open-log.ts'
export { forEachLine } from './record-lines.ts'

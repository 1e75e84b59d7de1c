import type { Log } from '../../log/index.ts'

/** What repair needs of the log. */
export type BackfillLog = Pick<Log, 'append' | 'bounds' | 'read'>

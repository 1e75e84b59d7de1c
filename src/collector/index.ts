export type { Watchlist, WatchlistKeeper } from './collector.ts'
export * from './collector-error.ts'
export { type CollectorRoleOptions, runCollector } from './run-collector.ts'

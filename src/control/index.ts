export { ControlDatabase, type ControlOptions, openControl } from './control-database.ts'
export * from './control-error.ts'
export type { Setting, SettingChange, SettingStore } from './setting-store.ts'
export * from './token-store.ts'

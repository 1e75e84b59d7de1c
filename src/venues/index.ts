export * from './protocol.ts'
export * from './registry.ts'
export * from './venue-error.ts'

export * from './config-schema.ts'
export * from './logger.ts'
export * from './metrics.ts'
export * from './role-context.ts'

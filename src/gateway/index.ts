export type { TokenVerifier } from './access/authenticator.ts'
export * from './gateway-error.ts'
export * from './run-gateway.ts'
export type { VenueDescription } from './venue-description.ts'

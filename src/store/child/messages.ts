import type { Account } from './access.ts'

/** What the supervisor says to the store child. */
export type ToChild =
  | {
      readonly type: 'start'
      readonly directory: string
      readonly database: string
      readonly host: string
      readonly port: number
      readonly accounts: readonly Account[]
    }
  | { readonly type: 'stop' }

/** What the store child says to its supervisor. */
export type FromChild =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'failed'; readonly reason: string }

declare const brand: unique symbol

/**
 * A type that the compiler keeps apart from its look-alikes: a price is not an amount, a microsecond not a millisecond.
 * It exists at compile time only.
 */
export type Nominal<Base, Name extends string> = Base & { readonly [brand]: { readonly [K in Name]: true } }

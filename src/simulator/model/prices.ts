import type { Asset } from './catalogue.ts'
import type { Random } from './random.ts'

/** The prices move on this grid of virtual time. */
export const PRICE_STEP_MICROS = 100_000

const STEP_SECONDS = PRICE_STEP_MICROS / 1_000_000
/** The market's volatility per square root of a second: about 55 % a year. */
const BASE_VOLATILITY = 1e-4
/** GARCH(1,1): what a shock adds to the variance, and what stays of the variance, at each step. */
const SHOCK_SHARE = 0.04
const PERSISTENCE = 0.955
const JUMP_CHANCE = 0.000_15
/** The slow pull back towards where prices began, which keeps a week-long demonstration plausible. */
const REVERSION = 2e-6

/**
 * Fair prices of all coins: one market factor with clustered volatility (GARCH) and rare jumps, and each coin's own
 * noise around it. Doubles are right here: these are no prices on the wire, only where the book's traders lean to.
 */
export class FairPrices {
  readonly #random: Random
  readonly #assets: Asset[] = []
  readonly #logs: number[] = []
  readonly #starts: number[] = []
  #variance = 1
  /** Recent volatility as a multiple of the usual one; activity follows it. */
  turbulence = 1

  constructor(random: Random) {
    this.#random = random
  }

  /** @returns the index by which the coin is asked for. */
  add(coin: Asset, price = coin.price): number {
    this.#assets.push(coin)
    this.#logs.push(Math.log(price))
    this.#starts.push(Math.log(coin.price))
    return this.#assets.length - 1
  }

  price(index: number): number {
    return Math.exp(this.#logs[index] as number)
  }

  /** A trade moves the fair price a little towards itself. */
  push(index: number, logarithm: number): void {
    this.#logs[index] = (this.#logs[index] as number) + logarithm
  }

  /** Moves on by `steps` steps of the grid at once (1 while live, more to lay down history). */
  step(steps = 1): void {
    const random = this.#random
    const scale = BASE_VOLATILITY * Math.sqrt(STEP_SECONDS * steps)
    let shock = random.normal()
    if (random.chance(JUMP_CHANCE * Math.min(steps, 20)))
      shock += (random.chance(0.5) ? 6 : -6) * (0.5 + random.uniform())
    const market = scale * Math.sqrt(this.#variance) * shock
    const square = Math.min(this.#variance * shock * shock, 60)
    this.#variance = 1 - SHOCK_SHARE - PERSISTENCE + SHOCK_SHARE * square + PERSISTENCE * this.#variance
    this.turbulence += (Math.sqrt(this.#variance) - this.turbulence) * 0.05
    const own = scale * Math.sqrt(0.5 + 0.5 * this.#variance)
    for (let index = 0; index < this.#assets.length; index++) {
      const coin = this.#assets[index] as Asset
      const log = this.#logs[index] as number
      const pull = ((this.#starts[index] as number) - log) * REVERSION * steps
      this.#logs[index] = log + pull + coin.beta * market + own * coin.idiosyncratic * random.normal()
    }
  }
}

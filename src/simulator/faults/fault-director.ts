import type { Exchange } from '../exchange.ts'
import type { Ledger } from '../ledger.ts'
import type { SimulatedVenue } from '../model/catalogue.ts'
import type { MarketModel } from '../model/market-model.ts'
import type { Random } from '../model/random.ts'
import { SimulatorError } from '../simulator-error.ts'
import type { FaultInjector, RequestedFault } from './fault-injector.ts'
import type { FaultSpecification } from './fault-specification.ts'

interface Appointment {
  readonly fault: number
  readonly at: number
  readonly run: () => void
}

/** One venue's parts that faults act upon. */
export interface FaultTarget {
  readonly exchange: Exchange
  readonly injector: FaultInjector
}

/** Takes faults in, hands those about messages to the venues' injectors, and carries the others out when they are due. */
export class FaultDirector {
  readonly #model: MarketModel
  readonly #targets: ReadonlyMap<SimulatedVenue, FaultTarget>
  readonly #ledger: Ledger
  readonly #random: Random
  readonly #report: (message: string) => void
  #appointments: Appointment[] = []
  readonly #active = new Map<number, RequestedFault>()
  #nextId = 1

  constructor(parts: {
    model: MarketModel
    targets: ReadonlyMap<SimulatedVenue, FaultTarget>
    ledger: Ledger
    random: Random
    report: (message: string) => void
  }) {
    this.#model = parts.model
    this.#targets = parts.targets
    this.#ledger = parts.ledger
    this.#random = parts.random
    this.#report = parts.report
  }

  /**
   * @returns the fault's number, by which it can be ended.
   * @throws SimulatorError SIMULATOR_INSTRUMENT_UNKNOWN if a coin that is to be delisted is not listed.
   */
  add(specification: FaultSpecification, now: number): number {
    if (specification.kind === 'delist') this.#mustList(specification.assets)
    const id = this.#nextId++
    const from = now + (specification.afterMilliseconds ?? 0) * 1_000
    const duration = 'durationMilliseconds' in specification ? specification.durationMilliseconds : undefined
    const until = duration === undefined ? Number.POSITIVE_INFINITY : from + duration * 1_000
    const count = 'count' in specification ? specification.count : undefined
    const fault = (): RequestedFault => ({
      id,
      specification,
      from,
      until,
      left: count ?? Number.POSITIVE_INFINITY,
      slowed: new Set(),
    })
    this.#active.set(id, fault())
    for (const [venue, target] of this.#targets) {
      if (specification.venue !== undefined && specification.venue !== venue) continue
      this.#begin(venue, target, fault())
    }
    return id
  }

  /** Ends a fault; what it has done stays done, save that a clock is set right and a port opened again. */
  remove(id: number): boolean {
    const fault = this.#active.get(id)
    if (fault === undefined) return false
    this.#active.delete(id)
    this.#appointments = this.#appointments.filter((appointment) => appointment.fault !== id)
    for (const [venue, { exchange, injector }] of this.#targets) {
      if (fault.specification.venue !== undefined && fault.specification.venue !== venue) continue
      injector.remove(id)
      if (fault.specification.kind === 'clock-shift') this.#model.setClockOffset(venue, 0)
      if (fault.specification.kind === 'outage') this.#watch(exchange.resume())
    }
    return true
  }

  removeAll(): void {
    for (const id of [...this.#active.keys()]) this.remove(id)
  }

  get active(): readonly { id: number; specification: FaultSpecification; from: number; until: number | null }[] {
    return [...this.#active.values()].map(({ id, specification, from, until }) => ({
      id,
      specification,
      from,
      until: Number.isFinite(until) ? until : null,
    }))
  }

  tick(now: number): void {
    if (this.#appointments.length > 0) {
      const due = this.#appointments.filter((appointment) => appointment.at <= now)
      if (due.length > 0) {
        this.#appointments = this.#appointments.filter((appointment) => appointment.at > now)
        for (const appointment of due) appointment.run()
      }
    }
    for (const [id, fault] of this.#active) if (fault.until <= now) this.#active.delete(id)
  }

  #begin(venue: SimulatedVenue, { exchange, injector }: FaultTarget, fault: RequestedFault): void {
    const { id, specification, from, until } = fault
    const at = (time: number, run: () => void) => this.#appointments.push({ fault: id, at: time, run })
    switch (specification.kind) {
      case 'drop':
        this.#arrangeDrop(venue, exchange, fault, from)
        break
      case 'clock-shift':
        at(from, () => {
          this.#model.setClockOffset(venue, specification.milliseconds * 1_000)
          this.#note(venue, 'clock-shift', from, { detail: `${specification.milliseconds} ms` })
        })
        if (Number.isFinite(until)) at(until, () => this.#model.setClockOffset(venue, 0))
        break
      case 'list':
      case 'delist':
        at(from, () => this.#changeListings(venue, specification.kind, specification.assets, from))
        break
      case 'outage':
        at(from, () => {
          this.#note(venue, 'outage', from, { detail: `${specification.durationMilliseconds} ms` })
          this.#watch(exchange.refuse())
        })
        at(until, () => this.#watch(exchange.resume()))
        break
      case 'history-limit':
        this.#note(venue, 'history-limit', from, { channel: 'rest', detail: `${specification.trades} trades` })
        injector.add(fault)
        break
      default:
        injector.add(fault)
    }
  }

  #arrangeDrop(venue: SimulatedVenue, exchange: Exchange, fault: RequestedFault, at: number): void {
    const { id, specification, until } = fault
    if (specification.kind !== 'drop' || at >= until) return
    const run = () => {
      const code = specification.code ?? 1006
      exchange.drop(code, (connection) => {
        this.#note(venue, 'drop', at, { connection: connection.id, detail: String(code) })
        return true
      })
      const every = specification.everyMilliseconds
      if (every !== undefined) this.#arrangeDrop(venue, exchange, fault, at + this.#random.exponential(every * 1_000))
      else this.#active.delete(id)
    }
    this.#appointments.push({ fault: id, at, run })
  }

  #mustList(codes: readonly string[]): void {
    const unknown = codes.filter((code) => !this.#model.listings.some((listing) => listing.specification.base === code))
    if (unknown.length === 0) return
    throw new SimulatorError('SIMULATOR_INSTRUMENT_UNKNOWN', `no venue lists ${unknown.join(', ')}`)
  }

  #changeListings(venue: SimulatedVenue, kind: 'list' | 'delist', codes: readonly string[], time: number): void {
    for (const code of codes) {
      if (kind === 'list') {
        const listing = this.#model.list(venue, code)
        this.#note(venue, kind, time, { instrument: listing.specification.instrument })
        continue
      }
      for (const listing of this.#model.listings) {
        if (listing.specification.venue !== venue || listing.specification.base !== code) continue
        this.#model.delist(listing)
        this.#note(venue, kind, time, { instrument: listing.specification.instrument })
      }
    }
  }

  #note(
    venue: SimulatedVenue,
    fault: string,
    time: number,
    more: { detail?: string; channel?: string; instrument?: string; connection?: number },
  ): void {
    this.#ledger.fault({ fault, venue, time: Math.floor(time), ...more })
  }

  #watch(work: Promise<void>): void {
    work.catch((error: unknown) => this.#report(String(error)))
  }
}

import type { MarketEvent, Micros } from '../../market/index.ts'
import type { Command, Refusal, RestRequest, SessionOutput } from '../protocol.ts'

/** Keeps what a session puts out, for tests to look at. */
export class RecordingOutput implements SessionOutput {
  readonly events: MarketEvent[] = []
  readonly commands: Command[] = []
  readonly refusals: Refusal[] = []

  event(event: MarketEvent): void {
    this.events.push(event)
  }

  command(command: Command): void {
    this.commands.push(command)
  }

  refused(refusal: Refusal): void {
    this.refusals.push(refusal)
  }

  of<Kind extends MarketEvent['messageType']>(kind: Kind): Array<Extract<MarketEvent, { messageType: Kind }>> {
    return this.events.filter(
      (event): event is Extract<MarketEvent, { messageType: Kind }> => event.messageType === kind,
    )
  }

  /** Requests that were asked for, oldest first. */
  get requests(): RestRequest[] {
    return this.commands.flatMap((command) => (command.kind === 'request' ? [command.request] : []))
  }

  get sent(): string[] {
    return this.commands.flatMap((command) => (command.kind === 'send' ? [command.text] : []))
  }

  /** The soonest wish to be woken at or after a time. */
  wakeAfter(at: Micros): Micros | undefined {
    const wishes = this.commands.flatMap((command) => (command.kind === 'wake' && command.at >= at ? [command.at] : []))
    return wishes.length === 0 ? undefined : (Math.min(...wishes) as Micros)
  }

  clear(): void {
    this.events.length = 0
    this.commands.length = 0
    this.refusals.length = 0
  }
}

import type { MarketEvent, MessageType } from '../../market/index.ts'
import type { Command, Refusal, RestRequest, SessionOutput } from '../protocol.ts'

/** Keeps everything that a session says, for tests. */
export class SessionRecorder implements SessionOutput {
  events: MarketEvent[] = []
  commands: Command[] = []
  refusals: Refusal[] = []

  event(event: MarketEvent): void {
    this.events.push(event)
  }

  command(command: Command): void {
    this.commands.push(command)
  }

  refused(refusal: Refusal): void {
    this.refusals.push(refusal)
  }

  /** Events of one kind, in order. */
  of<Kind extends MessageType>(kind: Kind): Array<Extract<MarketEvent, { messageType: Kind }>> {
    return this.events.filter(
      (event): event is Extract<MarketEvent, { messageType: Kind }> => event.messageType === kind,
    )
  }

  /** Texts that were sent. */
  get sent(): string[] {
    return this.commands.flatMap((command) => (command.kind === 'send' ? [command.text] : []))
  }

  get requests(): RestRequest[] {
    return this.commands.flatMap((command) => (command.kind === 'request' ? [command.request] : []))
  }

  /** Forgets what was said so far. */
  clear(): void {
    this.events = []
    this.commands = []
    this.refusals = []
  }
}

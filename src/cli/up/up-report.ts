import { paint, print, printJson } from '../output.ts'

/** Something that happened while starting, running or stopping. */
export type UpEvent =
  | { readonly event: 'starting'; readonly simulated: boolean; readonly data: string; readonly config: string | null }
  | { readonly event: 'ready'; readonly url: string; readonly milliseconds: number; readonly simulated: boolean }
  | { readonly event: 'part-ready'; readonly part: string; readonly url: string | null; readonly pid: number | null }
  | {
      readonly event: 'part-ended'
      readonly part: string
      readonly how: string
      readonly restartMilliseconds: number | null
    }
  | { readonly event: 'venue'; readonly venue: string; readonly state: string; readonly reason: string }
  | { readonly event: 'no-exchange'; readonly reasons: Readonly<Record<string, string>> }
  | { readonly event: 'token'; readonly text: string }
  | { readonly event: 'stopping' }
  | { readonly event: 'part-stopped'; readonly part: string }
  | { readonly event: 'stopped' }

/** Tells a person, or with `--json` a program, how `opentape up` is doing. */
export class UpReport {
  readonly #json: boolean
  readonly #verbose: boolean

  constructor(options: { readonly json?: boolean; readonly verbose?: boolean }) {
    this.#json = options.json === true
    this.#verbose = options.verbose === true
  }

  say(event: UpEvent): void {
    if (this.#json) {
      printJson({ time: new Date().toISOString(), ...event })
      return
    }
    const line = this.#line(event)
    if (line !== undefined) print(line)
  }

  #line(event: UpEvent): string | undefined {
    switch (event.event) {
      case 'starting':
        return [
          `${paint.strong('Opentape')} ${event.simulated ? paint.warning('SIMULATED exchanges: none of these prices are real') : 'live markets'}`,
          paint.faint(`  data in ${event.data}`),
          ...(event.config === null ? [] : [paint.faint(`  configuration ${event.config}`)]),
        ].join('\n')
      case 'ready':
        return `\n  ${paint.strong(event.url)}  ${event.simulated ? paint.warning('simulated') : paint.good('live')} ${paint.faint(`(ready after ${(event.milliseconds / 1_000).toFixed(1)} s; Ctrl-C stops)`)}\n`
      case 'part-ready':
        return this.#verbose
          ? paint.faint(`  ${event.part} is up${event.url === null ? '' : ` on ${event.url}`}`)
          : undefined
      case 'part-ended':
        return event.restartMilliseconds === null
          ? paint.bad(`  ${event.part} ended: ${event.how}`)
          : paint.warning(`  ${event.part} ended (${event.how}); starting it again`)
      case 'venue':
        return event.state === 'connected'
          ? paint.good(`  ${event.venue} is connected`)
          : paint.warning(`  ${event.venue}: ${event.state}${event.reason === '' ? '' : ` (${event.reason})`}`)
      case 'no-exchange':
        return [
          paint.bad('  No exchange can be reached. Trying again, with growing pauses.'),
          ...Object.entries(event.reasons).map(([venue, reason]) => paint.faint(`    ${venue}: ${reason}`)),
          '  "npm run demo" shows the same with simulated exchanges, without a network; "opentape doctor" looks for the cause.',
        ].join('\n')
      case 'token':
        return `  A token is needed to reach it. This one is shown once:\n    ${paint.strong(event.text)}\n  ${paint.faint('"opentape token" makes, lists and revokes tokens')}`
      case 'stopping':
        return 'Stopping in order; Ctrl-C again ends at once.'
      case 'part-stopped':
        return paint.faint(`  ${event.part} stopped`)
      case 'stopped':
        return 'Stopped. Nothing is lost; the next start goes on here.'
    }
  }
}

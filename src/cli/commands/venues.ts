import type { Command } from 'commander'
import { type ConfigFlags, configFrom, type GlobalFlags, withConfigFlags } from '../common-options.ts'
import { paint, print, printJson, table } from '../output.ts'

/** `opentape venues`: the exchanges that there are. */
export function addVenuesCommand(root: Command): void {
  withConfigFlags(root.command('venues').summary('list the exchanges that it can listen to'))
    .description('Lists every exchange with its channels, its addresses and whether the configuration has it enabled.')
    .addHelpText('after', '\nExamples:\n  opentape venues\n  opentape venues --json | jq -r ".[].venue"')
    .action(async (_flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<ConfigFlags & GlobalFlags>()
      const { config } = configFrom(flags)
      const { venueProtocols } = await import('../../venues/index.ts')
      const venues = venueProtocols().map((protocol) => {
        const configured = config.venues[protocol.venue]
        return {
          venue: protocol.venue,
          name: protocol.name,
          enabled: configured?.enabled ?? false,
          channels: protocol.channels,
          bulk: (protocol.bulk ?? []).map(({ what }) => what),
          instruments: configured?.instruments ?? [],
          rest: configured?.endpoints.rest ?? protocol.endpoints.rest,
          ws: configured?.endpoints.ws ?? protocol.endpoints.ws,
        }
      })
      if (flags.json) printJson(venues)
      else {
        const rows = venues.map((each) => [
          each.venue,
          each.name,
          each.enabled ? 'enabled' : 'off',
          each.channels.join(', '),
          each.ws,
        ])
        print(paint.strong(`${venues.length} venues`))
        print(table([['venue', 'name', '', 'channels', 'address'], ...rows]))
      }
    })
}

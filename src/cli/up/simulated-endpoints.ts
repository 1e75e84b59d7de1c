import { Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Config } from '../../platform/index.ts'
import { CliError, messageOf } from '../cli-error.ts'

const About = Type.Object({
  simulated: Type.Literal(true),
  endpoints: Type.Record(Type.String(), Type.Object({ rest: Type.String(), ws: Type.String() })),
})

const REQUEST_MILLISECONDS = 5_000

/** The configuration with the simulator's addresses in place of the exchanges'; venues that it does not play are off. */
export async function withSimulatedEndpoints(config: Config, simulatorUrl: string): Promise<Config> {
  let about: unknown
  try {
    const response = await fetch(`${simulatorUrl}/control/about`, { signal: AbortSignal.timeout(REQUEST_MILLISECONDS) })
    about = await response.json()
  } catch (cause) {
    throw new CliError('CLI_START_FAILED', `the simulator on ${simulatorUrl} does not answer: ${messageOf(cause)}`, {
      cause,
    })
  }
  if (!Check(About, about)) throw new CliError('CLI_START_FAILED', `${simulatorUrl} is no simulator`)
  const { endpoints } = about
  const venues = Object.fromEntries(
    Object.entries(config.venues).map(([venue, each]) => {
      const address = endpoints[venue]
      return [venue, address === undefined ? { ...each, enabled: false } : { ...each, endpoints: address }]
    }),
  )
  return { ...config, venues }
}

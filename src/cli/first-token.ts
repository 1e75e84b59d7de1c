import { type Config, isLoopback, type Logger } from '../platform/index.ts'
import { openConfiguredControl } from './parts.ts'

const FIRST_TOKEN_NAME = 'first start'

/** Whether the gateway of this configuration asks for a token. */
function needsToken(config: Config): boolean {
  return config.gateway.token === 'required' || !isLoopback(config.gateway.host)
}

/**
 * Makes a token where the gateway asks for one and nobody has ever made any: else nobody could get in.
 * @returns its text, to be shown this once; undefined where none was made
 */
export async function makeFirstToken(config: Config, logger: Logger): Promise<string | undefined> {
  if (!needsToken(config)) return undefined
  const control = await openConfiguredControl(config, logger)
  try {
    if ((await control.tokens.list()).length > 0) return undefined
    const { text } = await control.tokens.create({ name: FIRST_TOKEN_NAME, scopes: ['admin'] })
    return text
  } finally {
    await control.close()
  }
}

import { Compile } from 'typebox/compile'
import { GatewayError } from '../gateway-error.ts'
import { PingSchema, type StreamRequest, SubscribeSchema, UnsubscribeSchema } from '../schemas/index.ts'

const SUBSCRIBE = Compile(SubscribeSchema)
const UNSUBSCRIBE = Compile(UnsubscribeSchema)
const PING = Compile(PingSchema)

/** Longest id that is given back in an error. */
const MAXIMUM_ID_LENGTH = 64

/** A message of a client, checked; or what is wrong with it, and its id if that can be told. Never throws. */
export function readStreamRequest(
  text: string,
  isBinary: boolean,
): StreamRequest | { readonly error: GatewayError; readonly id: string | null } {
  if (isBinary) return invalid('Binary messages are not understood', null)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The client's mistake, told to it.
    return invalid('The message is not JSON', null)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('The message is not an object', null)
  }
  const { op, id } = value as { readonly op?: unknown; readonly id?: unknown }
  const name = typeof id === 'string' && id.length <= MAXIMUM_ID_LENGTH ? id : null
  switch (op) {
    case 'subscribe':
      return SUBSCRIBE.Check(value) ? value : invalid(firstProblem(SUBSCRIBE.Errors(value)), name)
    case 'unsubscribe':
      return UNSUBSCRIBE.Check(value) ? value : invalid(firstProblem(UNSUBSCRIBE.Errors(value)), name)
    case 'ping':
      return PING.Check(value) ? value : invalid(firstProblem(PING.Errors(value)), name)
    default:
      return invalid('`op` is none of subscribe, unsubscribe, ping', name)
  }
}

function firstProblem(problems: readonly { readonly instancePath: string; readonly message: string }[]): string {
  const [first] = problems
  return `The message ${first?.instancePath ?? ''} ${first?.message ?? 'is not valid'}`.slice(0, 200)
}

function invalid(message: string, id: string | null): { error: GatewayError; id: string | null } {
  return { error: new GatewayError('GATEWAY_STREAM_MESSAGE_INVALID', message), id }
}

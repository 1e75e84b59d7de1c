import type { ChildMessage } from './supervised-child.ts'

/** What a supervised process was started with: waits for the supervisor's first message. */
export function startMessage(): Promise<unknown> {
  return new Promise((resolve) => {
    const listener = (message: unknown) => {
      if (typeof message !== 'object' || message === null || !('kind' in message) || message.kind !== 'start') return
      process.off('message', listener)
      resolve('payload' in message ? message.payload : undefined)
    }
    process.on('message', listener)
  })
}

/** Tells the supervisor, and waits until it is on its way. Does nothing in a process that has none. */
export function tellSupervisor(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve()
    // A supervisor that is gone makes this process stop anyway.
    else process.send(message, () => resolve())
  })
}

import { API_BASE, streamTicket } from './rest.ts'
import type { StreamEnvironment, StreamSocket } from './stream-client.ts'

/** The stream's surroundings in a browser. */
export function browserStream(): StreamEnvironment {
  return {
    open: async () => {
      const ticket = await streamTicket()
      const base = `${location.origin.replace(/^http/, 'ws')}${API_BASE}/stream`
      const socket = new WebSocket(ticket === null ? base : `${base}?ticket=${encodeURIComponent(ticket)}`)
      return wrap(socket)
    },
    now: () => Date.now(),
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds)
      return () => clearTimeout(timer)
    },
    random: () => Math.random(),
  }
}

function wrap(socket: WebSocket): StreamSocket {
  const wrapped: StreamSocket = {
    onopen: null,
    onmessage: null,
    onclose: null,
    send: (text) => socket.send(text),
    close: () => socket.close(),
  }
  socket.onopen = () => wrapped.onopen?.()
  socket.onmessage = (message) => wrapped.onmessage?.(message)
  socket.onclose = (close) => wrapped.onclose?.(close)
  return wrapped
}

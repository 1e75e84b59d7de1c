/** Whether an address is reachable from this machine alone. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
}

/**
 * Whether a request's `Host` names this machine as only it does. A server on loopback answers to no other name: otherwise
 * a web page whose own name is made to point at 127.0.0.1 could speak with it.
 */
export function isLoopbackHostHeader(host: string | undefined): boolean {
  return isLoopback((host ?? '').replace(/:\d+$/, ''))
}

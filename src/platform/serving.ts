// What serves over HTTP, and measures itself: a small door of its own, since the libraries behind it are as large as all the
// rest of the platform, and the supervisor needs none of them.
export * from './http-server.ts'
export * from './metrics.ts'

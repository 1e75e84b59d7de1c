/** MOCK: `node web/dev/mock.ts` serves invented markets on port 8080 for `vite web` and for looking at `web/dist`. */
import { startMockGateway } from './mock-gateway.ts'

const mock = await startMockGateway({
  port: Number(process.env.PORT ?? 8080),
  updatesPerSecond: Number(process.env.RATE ?? 200),
  markets: Number(process.env.MARKETS ?? 16),
  dist: new URL('../dist', import.meta.url).pathname,
  mode: process.env.MODE === 'empty' || process.env.MODE === 'failing' ? process.env.MODE : 'usual',
})
process.stdout.write(`MOCK gateway with invented data on ${mock.url}\n`)

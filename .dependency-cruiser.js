// The rooms of the design, as rules: one folder, one job; a room imports only those listed, and only through their index.ts.

/** What each room may use. */
export const ROOMS = {
  market: [],
  venues: ['market'],
  log: ['market'],
  store: ['market'],
  control: [],
  platform: [],
  collector: ['market', 'venues', 'log', 'platform'],
  processor: ['market', 'log', 'store', 'platform'],
  gateway: ['market', 'log', 'store', 'control', 'platform'],
  simulator: ['market', 'platform'],
  cli: ['market', 'venues', 'log', 'store', 'control', 'platform', 'collector', 'processor', 'gateway', 'simulator'],
}

const TESTS = '[.](test|conformance)[.]ts$|^src/.*/testing/'
const INPUT_AND_OUTPUT =
  '^(node:)?(child_process|cluster|dgram|dns|fs|http|http2|https|net|sqlite|timers|tls|worker_threads)(/|$)'

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `src/${room} may use ${allowed.length === 0 ? 'no other room' : allowed.join(', ')}.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...roomRules,
    {
      name: 'unknown-room',
      comment: 'Every folder of src is a room that is named here.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${Object.keys(ROOMS).join('|')})/` },
      to: {},
    },
    {
      name: 'through-the-door',
      comment:
        'A room is entered through its index.ts. The names of the venues have a small door of their own, beside the large one of their protocols; so has what serves over HTTP, beside the platform.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/', pathNot: '^src/($1/|[^/]+/index[.]ts$|venues/venue-ids[.]ts$|platform/serving[.]ts$)' },
    },
    {
      name: 'no-cycles',
      comment: 'Modules that need each other are one module, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'venues-apart',
      comment:
        'One venue never uses another; what they share is in src/venues/shared or above. A market of an exchange may use the family that it is called after, as binance-usdm does binance.',
      severity: 'error',
      from: { path: '^src/venues/([^/-]+)([^/]*)/', pathNot: '^src/venues/(shared|testing)/' },
      to: { path: '^src/venues/[^/]+/', pathNot: '^src/venues/($1|$1$2|shared|testing)/' },
    },
    {
      name: 'pure',
      comment: 'The domain and the venues have no socket, file, clock or timer.',
      severity: 'error',
      from: { path: '^src/(market|venues)/', pathNot: `${TESTS}|^src/venues/testing/` },
      to: { path: [INPUT_AND_OUTPUT, 'node_modules/(ws|undici|fastify)/'] },
    },
    {
      name: 'product-not-to-tests',
      comment: 'The product uses no test, benchmark or script.',
      severity: 'error',
      from: { path: '^(src|web/src)/', pathNot: `${TESTS}|/testing/` },
      to: { path: [TESTS, '^(test|bench|scripts)/', '^src/[^/]+/testing/'] },
    },
    {
      name: 'web-apart',
      comment:
        'The dashboard talks to the gateway over the network, and shares nothing with the server but the domain and the types of its answers (types only: web/imports.test.ts).',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', pathNot: '^src/(market/|gateway/schemas/)' },
    },
    {
      name: 'server-not-to-web',
      comment: 'The server serves the built dashboard as files.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^web/' },
    },
    {
      name: 'no-development-packages',
      comment: 'What is needed to run is in "dependencies".',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'unresolvable',
      comment: 'What is imported exists.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 has no interface for tools yet.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    // The parser cannot read JSX: web/imports.test.ts holds those files to the rules.
    exclude: { path: '^web/dist/|^web/dev/dist/|[.]tsx$' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}

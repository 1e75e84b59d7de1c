// Plain JavaScript: it has to run on the old Node that it warns about.

export const REQUIRED_MAJOR = 24

/** Whether this process runs on a Node that reads TypeScript and has everything that is used. */
export function isSupported(version = process.versions.node) {
  return Number(version.split('.')[0]) >= REQUIRED_MAJOR
}

/** What to do when it does not. */
export function adviceFor(version = process.versions.node) {
  return [
    `This needs Node ${REQUIRED_MAJOR} or newer, and runs on ${version}.`,
    `"npm install" brings Node ${REQUIRED_MAJOR} into node_modules/.bin for npm's scripts, unless it is told not to run install`,
    'scripts (--ignore-scripts, ignore-scripts=true in .npmrc) or to leave out development packages (--omit=dev).',
    `Run "npm install --include=dev --ignore-scripts=false", or install Node ${REQUIRED_MAJOR} from https://nodejs.org.`,
  ].join('\n')
}

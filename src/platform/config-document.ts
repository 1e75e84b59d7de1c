import { environmentNames } from './config-environment.ts'
import { PROFILE_DEFAULTS } from './config-load.ts'
import {
  allowedValues,
  CONFIG_ROOT,
  type ConfigNode,
  type ConfigTree,
  configLeaves,
  isTree,
  recordEntry,
} from './config-node.ts'

const INTRODUCTION = `# Configuration

This page is made from the schema that the program checks with (\`npm run docs\`); a test compares the two.

Opentape runs without any configuration. A value is taken from the first of these that has it:

1. flags of the command (\`--data DIR\`, \`--set KEY=VALUE\`),
2. environment variables (\`OPENTAPE_…\`, see each key; lists are parted by commas),
3. the file: \`--config FILE\`, else \`OPENTAPE_CONFIG\`, else \`opentape.yaml\` in the working directory,
4. the profile,
5. the default.

Before anything starts, everything is checked, and every fault is named at once: the key, where it comes from, the value,
and what is allowed. A key that does not exist is a fault too. \`opentape doctor\` checks without starting.

\`\`\`yaml
# opentape.yaml: two venues, the 50 busiest instruments against USDT on one of them
venues:
  binance:
    instruments: ['*-USDT']
    top: 50
  kraken:
    channels: [trade, book]
  coinbase:
    enabled: false
gateway:
  port: 9000
\`\`\`
`

/** The text of `docs/configuration.md`. */
export function configDocument(): string {
  return [INTRODUCTION, profiles(), ...sections(CONFIG_ROOT, [])].join('\n')
}

function profiles(): string {
  const rows = Object.entries(PROFILE_DEFAULTS).map(([profile, tree]) => {
    const settings = flatten(tree).map(([key, value]) => `\`${key}: ${value}\``)
    return `| \`${profile}\` | ${settings.length === 0 ? 'the defaults below' : settings.join(', ')} |`
  })
  return ['## Profiles', '', '| `profile` | sets |', '| --- | --- |', ...rows, ''].join('\n')
}

function flatten(tree: ConfigTree, path: readonly string[] = []): readonly (readonly [string, string])[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    isTree(value) ? flatten(value, [...path, key]) : [[[...path, key].join('.'), String(value)] as const],
  )
}

/** One heading a top-level section; the keys that stand alone come first. */
function sections(root: ConfigNode, path: readonly string[]): readonly string[] {
  const entries = Object.entries(root.properties ?? {})
  const isSection = (node: ConfigNode) => node.properties !== undefined || recordEntry(node) !== undefined
  const alone = entries
    .filter(([, node]) => !isSection(node))
    .flatMap(([key, node]) => configLeaves(node, [...path, key]))
  const rest = entries
    .filter(([, node]) => isSection(node))
    .map(([key, node]) => heading(`\`${key}\``, node.description, configLeaves(node, [...path, key])))
  return [heading('Alone', 'Keys outside any section.', alone), ...rest]
}

function heading(title: string, description: string | undefined, leaves: ReturnType<typeof configLeaves>): string {
  const rows = leaves.map(({ path, node }) => {
    const cells = [
      `\`${path.join('.')}\``,
      node.description ?? '',
      shownDefault(node),
      allowedValues(node),
      `\`${environmentNames(path)[0] ?? ''}\``,
    ]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return [
    `## ${title}`,
    '',
    description ?? '',
    '',
    '| key | what it is | default | allowed | environment |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

function shownDefault(node: ConfigNode): string {
  if (node.default === undefined) return 'none'
  return `\`${Array.isArray(node.default) ? node.default.join(', ') : String(node.default)}\``
}

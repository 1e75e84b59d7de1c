import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'typebox'
import { Parse } from 'typebox/value'

const Manifest = Type.Object({ version: Type.String() })

/** The version that package.json gives. */
export function programVersion(): string {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')
  return Parse(Manifest, JSON.parse(text)).version
}

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configDocument } from '../src/platform/index.ts'

// The pages that are made from the code. A test fails when one is out of date.
writeFileSync(join(import.meta.dirname, '..', 'docs', 'configuration.md'), configDocument())

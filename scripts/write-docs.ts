import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import project from '../package.json' with { type: 'json' }
import { openApiDocument } from '../src/gateway/index.ts'
import { configDocument } from '../src/platform/index.ts'
import { dataDictionary } from './data-dictionary.ts'
import { writeFigures } from './figures.ts'
import { venuesPage } from './venues-page.ts'

// The pages that are made from the code. A test fails when one is out of date.
const docs = join(import.meta.dirname, '..', 'docs')
writeFileSync(join(docs, 'configuration.md'), configDocument())
writeFileSync(join(docs, 'openapi.json'), await openApiDocument(project.version))
writeFileSync(join(docs, 'data-dictionary.md'), dataDictionary())
writeFileSync(join(docs, 'venues.md'), venuesPage())
writeFigures()

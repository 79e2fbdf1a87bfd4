// Chaos: trainings under SIGKILLs must end with the same bits as undisturbed ones.
//   node e2e/chaos/main.mjs [--what kinds]           one kill of each kind: runner, worker, backend, Redis, the whole product
//   node e2e/chaos/main.mjs --what kills [...]       many kills at random moments, for three architectures; options in kills.mjs
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { what: { type: 'string', default: 'kinds' } }, strict: false })
if (values.what === 'kinds') await import('./kinds.mjs')
else if (values.what === 'kills') await import('./kills.mjs')
else throw new Error(`There is no chaos called "${values.what}". Give --what kinds or --what kills.`)

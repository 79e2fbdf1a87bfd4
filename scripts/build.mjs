// Builds what runs, the parts side by side. Checks no types: that is `npm run typecheck`, and a step of the tests.
import { markBuilt } from './lib/fresh.mjs'
import { buildInterface, buildJavaScript, buildKernels } from './lib/parts.mjs'

/** @param {string} name @param {() => unknown} work */
const timed = async (name, work) => {
  const began = performance.now()
  await work()
  console.log(`  ${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
}

await Promise.all([
  timed('kernels', buildKernels),
  timed('user interface', buildInterface),
  timed('database client and JavaScript', buildJavaScript),
])
markBuilt()

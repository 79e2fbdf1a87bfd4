// Installs that were broken off: a Ctrl-C while npm installs or while the build runs, then the same command again.
import { join } from 'node:path'
import { cloneTo } from './clone.mjs'
import { productIn } from './product.mjs'
import { firstCommand } from './where.mjs'

/** @param {import('./bench.mjs').Bench} bench */
const interrupted = async (bench) => {
  const clone = join(bench.folder({ mode: 0o755 }), 'clone')
  cloneTo(clone, { made: false })
  const product = await productIn({ clone, dataDir: join(clone, 'data') })
  for (const [what, sign, delay] of /** @type {const} */ ([
    ['the install', 'Installing', 6000],
    ['the build', 'kernels:', 500],
  ])) {
    let sent = false
    const { status, output } = await product.start(
      [],
      (/** @type {string} */ text, /** @type {(name: NodeJS.Signals) => void} */ signal) => {
        if (sent || !text.includes(sign)) return
        sent = true
        setTimeout(() => signal('SIGINT'), delay)
      },
    )
    bench.check(sent && status !== 0, `Ctrl-C in ${what} ends the start`, output)
  }
  await firstCommand(bench, 'after both', product)
}

export const INSTALLS = { interrupted }

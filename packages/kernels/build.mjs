// Compiles the AssemblyScript kernels into build/kernels.wasm. Run by the root build before `tsc -b`.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = fileURLToPath(new URL('.', import.meta.url))
mkdirSync(`${root}build`, { recursive: true })
const { error, stderr } = await asc.main(
  [
    'src/assembly/index.ts',
    ...['--baseDir', root, '--outFile', 'build/kernels.wasm'],
    ...['-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert'],
    ...['--importMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
  ],
  { stdout: process.stdout },
)
if (error) throw new Error(`The kernels do not compile.\n${stderr.toString()}`, { cause: error })

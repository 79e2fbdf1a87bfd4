// A finished check beside its SAE: the row, and log frequencies for SAEs that came without them.
import { join } from 'node:path'
import type { SaeCheck } from '@mistudio/contracts'
import { SAELENS_SPARSITY, SafetensorsFile } from '@mistudio/formats'
import { logSparsity } from '@mistudio/interp/saes'
import { enterSaeFile, saeFolder } from '../../features/index.js'
import { isFileThere } from '../is-there.js'
import { writeSparsity } from '../store-files.js'
import type { CheckOutcome } from './run-check.js'

/** Marks frequencies that were measured here, which a newer check may replace. */
const OURS = { measured_by: 'mistudio' }

/** Writes `sparsity.safetensors` unless the SAE brought its own. */
export async function storeFrequencies(
  dataDir: string,
  saeId: string,
  { check, density }: CheckOutcome,
): Promise<void> {
  const folder = saeFolder(dataDir, saeId)
  const path = join(folder, SAELENS_SPARSITY)
  if ((await isFileThere(path)) && !(await isOurs(path))) return
  const { tokens } = check.text
  const firings = density.map((share) => share * tokens)
  const written = await writeSparsity(folder, logSparsity(firings, tokens), { ...OURS, tokens: String(tokens) })
  await enterSaeFile(folder, SAELENS_SPARSITY, written)
}

const isOurs = async (path: string): Promise<boolean> =>
  (await SafetensorsFile.open(path)).header.metadata['measured_by'] === OURS.measured_by

/** What the job of a check answers: the verdict, and what speaks against the SAE where it does not just fit. */
export const checkResult = ({ verdict, reasons }: SaeCheck) => ({
  verdict,
  warnings: reasons.map(({ message }) => message),
})

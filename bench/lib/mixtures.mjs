// Synthetic activations as the peers of the training benchmark make them.

const DIRECTIONS = 2048
const PER_TOKEN = 16
const NOISE = 0.05

const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())

/**
 * Sparse mixtures: 16 of 2,048 unit directions per token, strengths up to 2, and noise. Gives x [tokens, d_in].
 * @param {number} dIn
 */
export function mixtures(dIn) {
  const directions = Float32Array.from({ length: DIRECTIONS * dIn }, normal)
  for (let j = 0; j < DIRECTIONS; j++) {
    const row = directions.subarray(j * dIn, (j + 1) * dIn)
    const norm = Math.hypot(...row)
    for (let i = 0; i < dIn; i++) row[i] /= norm
  }
  /** @param {number} tokens */
  return (tokens) => {
    const x = new Float32Array(tokens * dIn)
    for (let t = 0; t < tokens; t++) {
      const row = x.subarray(t * dIn, (t + 1) * dIn)
      for (let i = 0; i < dIn; i++) row[i] = NOISE * normal()
      for (let n = 0; n < PER_TOKEN; n++) {
        const [from, strength] = [Math.floor(Math.random() * DIRECTIONS) * dIn, Math.random() * 2]
        for (let i = 0; i < dIn; i++) row[i] += strength * directions[from + i]
      }
    }
    return x
  }
}

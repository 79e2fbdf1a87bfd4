// Times of calls and of a page's frames, and where in them most lie.

/** Milliseconds of so many calls, sorted. @param {number} calls @param {(call: number) => Promise<unknown>} ask */
export const timesOf = async (calls, ask) => {
  const taken = []
  for (let call = 0; call < calls; call++) {
    const began = performance.now()
    await ask(call)
    taken.push(performance.now() - began)
  }
  return taken.sort((a, b) => a - b)
}

/** The value below which a share of the sorted ones lies. @param {readonly number[]} sorted @param {number} share */
export const at = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN

/** Milliseconds between the frames of a page over eight seconds, sorted. @param {import('@playwright/test').Page} page */
export const frameGaps = async (page) => {
  const frames = await page.evaluate(
    () =>
      new Promise((/** @type {(gaps: number[]) => void} */ done) => {
        /** @type {number[]} */
        const gaps = []
        let last = performance.now()
        const end = last + 8000
        const frame = (/** @type {number} */ now) => {
          gaps.push(now - last)
          last = now
          if (now < end) requestAnimationFrame(frame)
          else done(gaps)
        }
        requestAnimationFrame(frame)
      }),
  )
  return frames.sort((a, b) => a - b)
}

// Two numbers of ghost gradients that the reference and faster steps share.

/** Added to denominators, as SAELens does. */
export const GHOST_EPS = 1e-6
/** Pre-activations count as at most this in the exponential, which would overflow single precision from 88 on. */
export const GHOST_LIMIT = 30

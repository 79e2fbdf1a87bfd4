// The error of this room: activations, parameters or stored state that cannot be right. Not an I/O error.

/**
 * Thrown when data handed to the feature statistics contradict their shape or meaning; nothing was counted from them.
 */
export class FeatureDataError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FeatureDataError'
  }
}

// A value that is built when first asked for, and then shared.
import type { Value } from '@mistudio/onnx'

export function once(make: () => Value): () => Value {
  let made: Value | undefined
  return () => {
    made ??= make()
    return made
  }
}

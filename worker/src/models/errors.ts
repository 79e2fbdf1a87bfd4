// Errors of model folders in the product's codes, so that the user is told which file to look at and what to do.
import { AppError, type ErrorCode } from '@mistudio/contracts'
import { FormatError } from '@mistudio/formats'
import { ModelError } from '@mistudio/interp/models'
import { OnnxError } from '@mistudio/onnx'
import { damageOf } from '../files/index.js'

function formatCode({ code }: FormatError): ErrorCode {
  if (code === 'disk_full') return 'disk_full'
  if (code === 'file_not_found' || code === 'weights_missing') return 'file_not_found'
  if (code === 'path_outside_root') return 'path_outside_roots'
  if (code === 'pickle_refused' || code === 'safetensors_dtype_unsupported') return 'model_unsupported'
  return 'model_invalid'
}

/** Runs work on a model folder; refusals of files and models come out as `AppError`, anything else unchanged. */
export async function withModelErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ModelError) throw new AppError(error.code, error.message, error.details, { cause: error })
    if (error instanceof OnnxError && (error.code === 'model_invalid' || error.code === 'model_unsupported')) {
      throw new AppError(error.code, error.message, {}, { cause: error })
    }
    if (error instanceof FormatError) {
      const damage = damageOf(error)
      if (damage) throw damage
      const details = { ...(error.file === undefined ? {} : { file: error.file }), reason: error.code }
      throw new AppError(formatCode(error), error.message, details, { cause: error })
    }
    throw error
  }
}

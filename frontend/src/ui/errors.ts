// What an error says to a person. Typed errors carry their own text; anything else is a fault of ours and says so.
import { AppError, type ErrorBody } from '@mistudio/contracts'

export const errorText = (error: unknown): string => {
  if (error instanceof AppError) return error.message
  if (error instanceof Error) return `Something in the page went wrong: ${error.message}`
  return 'Something in the page went wrong.'
}

/** The server itself did not answer (as opposed to: it answered that something is wrong). */
export const isUnreachable = (error: unknown): boolean => error instanceof AppError && error.code === 'unavailable'

/** What to do next for the codes where a general hint helps; the message itself says what happened. */
export const nextStep = (body: Pick<ErrorBody, 'code'>): string | null => {
  switch (body.code) {
    case 'disk_full':
      return 'Free some space in the data folder (System shows it), then retry.'
    case 'out_of_memory':
      return 'Choose smaller settings, load the model in int8 or int4 on its page, or close other programs; then retry.'
    case 'job_crashed':
      return 'The work was tried several times and its process ended each time. Open the log, then retry with smaller settings.'
    case 'job_timeout':
      return 'Look at Jobs: other work may stand before this one. Then try again.'
    case 'unavailable':
      return 'Check that miStudio runs, then try again.'
    case 'file_not_found':
      return 'Check that the file is still where it was, then retry.'
    case 'path_outside_roots':
      return 'Add the folder to the import roots in Settings, or move the file into one of them.'
    case 'model_unsupported':
      return 'Use a model of a supported type; the README lists what loads.'
    case 'in_use':
      return 'Delete or stop what uses it first.'
    default:
      return null
  }
}

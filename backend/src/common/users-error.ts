// The refusal to delete something that is in use, with the list of its users.
import { AppError } from '@mistudio/contracts'

export interface User {
  readonly type: string
  readonly id: string
  readonly name: string
}

const SHOWN = 5

export function usersError(name: string, users: readonly User[]): AppError {
  const shown = users.slice(0, SHOWN).map((user) => `${user.type} "${user.name}"`)
  const more = users.length > SHOWN ? ` and ${users.length - SHOWN} more` : ''
  const text = `"${name}" is in use by ${shown.join(', ')}${more}. Delete or end these first.`
  return new AppError('in_use', text, { users: [...users] })
}

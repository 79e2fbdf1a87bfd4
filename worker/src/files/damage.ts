// Damage of what the product keeps: told from files that came from outside by where the file lies, said with the way out, noted in the
// database where every card and page sees it.
import {
  AppError,
  damageText,
  type ErrorBody,
  STORED_ROOMS,
  type StoredRoom,
  StoredTargetSchema,
} from '@mistudio/contracts'
import type { FormatError, FormatErrorCode } from '@mistudio/formats'
import type { Sql } from '@mistudio/sql'
import { z } from 'zod'
import { storedAt } from './places.js'
import { noteCheck } from './rows.js'

/** Codes that say: this is not what was written here. Of a file from outside they say that it is none of its format. */
const DAMAGE: ReadonlySet<FormatErrorCode> = new Set<FormatErrorCode>([
  ...(['file_damaged', 'file_corrupt', 'file_incomplete', 'manifest_invalid', 'json_invalid'] as const),
  ...(['store_invalid', 'tokens_invalid', 'npz_invalid', 'npy_invalid', 'saelens_weights_invalid'] as const),
  ...(['safetensors_header_invalid', 'safetensors_header_truncated', 'safetensors_header_too_large'] as const),
  ...(['safetensors_ranges_invalid', 'safetensors_file_truncated', 'safetensors_shape_mismatch'] as const),
])

export const isDamage = (code: FormatErrorCode): boolean => DAMAGE.has(code)

const isStored = (room: string): room is StoredRoom => STORED_ROOMS.some((name) => name === room)

/** The error of a damaged file of ours; null for any other. */
export function damageOf({ code, file }: FormatError): AppError | null {
  const place = DAMAGE.has(code) && file !== undefined ? storedAt(file) : null
  if (!place || !isStored(place.room)) return null
  const { room, id } = place
  return new AppError('data_damaged', damageText(room, place.file), { room, id, file: place.file, reason: code })
}

const DetailsSchema = StoredTargetSchema.extend({ file: z.string() }).loose()

/** Notes what a failed job found. */
export async function noteDamage(db: Sql, { code, details }: ErrorBody): Promise<void> {
  if (code !== 'data_damaged') return
  const { room, id, file } = DetailsSchema.parse(details)
  await noteCheck(db, { room, id, bytes: 0, file })
}

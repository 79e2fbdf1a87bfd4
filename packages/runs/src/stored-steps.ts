// Which steps metrics of a run have in a range, in chunks and tail. Asked only when reports go back: after a resume, or out of order.

import type { Sql } from '@mistudio/sql'
import { unpackPoints } from './points.js'
import { readTail } from './tail.js'

export async function stepsOf(
  tx: Sql,
  runId: string,
  ords: readonly number[],
  from: number,
  to: number,
): Promise<Map<number, Set<number>>> {
  const found = new Map(ords.map((ord) => [ord, new Set<number>()]))
  const { rows: chunks } = await tx.query<{ ord: number; count: number; data: Buffer }>(
    `SELECT ord, count, data FROM run_chunk
     WHERE run_id = $1 AND ord = ANY($2) AND level = 0 AND start <= $4 AND stop >= $3`,
    [runId, ords, from, to],
  )
  for (const { ord, count, data } of chunks) {
    const steps = found.get(ord)
    for (const step of unpackPoints(data, count).steps) if (step >= from && step <= to) steps?.add(step)
  }
  const { rows: tail } = await tx.query<{ data: Buffer }>('SELECT data FROM run_tail WHERE run_id = $1', [runId])
  for (const { data } of tail) {
    readTail(data, (ord, step) => {
      if (step >= from && step <= to) found.get(ord)?.add(step)
    })
  }
  return found
}

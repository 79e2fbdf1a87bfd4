// Rows of captures.
import { CaptureSummarySchema } from '@mistudio/contracts'
import { outcome } from '@mistudio/ledger'

/** Summary of a capture. */
export const captureOutcome = outcome('capture', 'summary', CaptureSummarySchema)

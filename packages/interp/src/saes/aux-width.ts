// How many features the auxiliary loss of the TopK family may use.

/** Features per token: half of d_in (SAELens `calculate_topk_aux_acts`). */
export const auxWidth = (dIn: number): number => Math.floor(dIn / 2)

// Sparse bookkeeping: which candidates survive the global top k, and the turn from token order to feature order.

/**
 * Global top k out of the sorted candidates of every shard. candidates: [shards][rows][stride], descending, of which shard s has
 * counts[s]. keep[t] = how many candidates of shard `self` belong to the k largest of token t; ties go to the lower shard.
 * With `positive` a candidate counts only above 0.
 */
export function mergeTopk(candidates: usize, counts: usize, shards: i32, self: i32, rows: i32, stride: i32, k: i32, positive: i32, cursor: usize, keep: usize): void {
  const plane = <usize>rows * <usize>stride << 2;
  for (let t = 0; t < rows; t++) {
    memory.fill(cursor, 0, <usize>shards << 2);
    const row = candidates + (<usize>t * <usize>stride << 2);
    for (let picked = 0; picked < k; picked++) {
      let best = -1;
      let value: f32 = -Infinity;
      for (let s = 0; s < shards; s++) {
        const at = load<i32>(cursor + (<usize>s << 2));
        if (at >= load<i32>(counts + (<usize>s << 2))) continue;
        const v = load<f32>(row + <usize>s * plane + (<usize>at << 2));
        if (best < 0 || v > value) { best = s; value = v; }
      }
      if (best < 0 || (positive != 0 && !(value > 0))) break;
      const at = cursor + (<usize>best << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
    store<i32>(keep + (<usize>t << 2), load<i32>(cursor + (<usize>self << 2)));
  }
}

/** values[t][i] *= factor[index[t][i]] for the kept entries: undoes the decoder-norm scaling. */
export function unscale(values: usize, index: usize, keep: usize, factor: usize, rows: i32, stride: i32): void {
  for (let t = 0; t < rows; t++) {
    const n = load<i32>(keep + (<usize>t << 2));
    const base = <usize>t * <usize>stride << 2;
    for (let i = 0; i < n; i++) {
      const at = base + (<usize>i << 2);
      store<f32>(values + at, load<f32>(values + at) * load<f32>(factor + (<usize>load<i32>(index + at) << 2)));
    }
  }
}

/**
 * Counting sort of the kept entries by feature. start: [features + 1]; token and value: entries of feature j lie at start[j]..start[j + 1],
 * in token order. `position` is room for [features]. Returns the number of entries.
 */
export function groupByFeature(values: usize, index: usize, keep: usize, rows: i32, stride: i32, features: i32, start: usize, position: usize, token: usize, value: usize): i32 {
  memory.fill(start, 0, <usize>(features + 1) << 2);
  for (let t = 0; t < rows; t++) {
    const n = load<i32>(keep + (<usize>t << 2));
    const row = index + (<usize>t * <usize>stride << 2);
    for (let i = 0; i < n; i++) {
      const at = start + (<usize>(load<i32>(row + (<usize>i << 2)) + 1) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
  }
  for (let j = 0; j < features; j++) {
    const at = start + (<usize>j << 2);
    const first = load<i32>(at);
    store<i32>(position + (<usize>j << 2), first);
    store<i32>(at + 4, load<i32>(at + 4) + first);
  }
  for (let t = 0; t < rows; t++) {
    const n = load<i32>(keep + (<usize>t << 2));
    const base = <usize>t * <usize>stride << 2;
    for (let i = 0; i < n; i++) {
      const at = base + (<usize>i << 2);
      const next = position + (<usize>load<i32>(index + at) << 2);
      const slot = load<i32>(next);
      store<i32>(next, slot + 1);
      store<i32>(token + (<usize>slot << 2), t);
      store<f32>(value + (<usize>slot << 2), load<f32>(values + at));
    }
  }
  return load<i32>(start + (<usize>features << 2));
}

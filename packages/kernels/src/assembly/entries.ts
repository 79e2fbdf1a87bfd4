// Sparse bookkeeping. Entries are lists in token order: those of token t lie at offset[t] to offset[t + 1] (exclusive), each an index of
// a feature and a value.

/**
 * Appends every pre[t][j] > low[j] of pre [rows, features] to the entries that end at offset[0]; writes offset[1] to offset[rows].
 * Returns how many rows were done: fewer than `rows` when the next one might not fit into `capacity`.
 */
export function extractAbove(pre: usize, low: usize, rows: i32, features: i32, capacity: i32, offset: usize, index: usize, value: usize): i32 {
  let n = load<i32>(offset);
  const whole = features & ~3;
  for (let t = 0; t < rows; t++) {
    if (n + features > capacity) return t;
    let i = 0, to = <usize>n << 2;
    for (; i < whole; i += 4) {
      const at = <usize>i << 2;
      let hits = i32x4.bitmask(f32x4.gt(v128.load(pre + at), v128.load(low + at)));
      while (hits) {
        const lane = ctz(hits);
        hits &= hits - 1;
        store<f32>(value + to, load<f32>(pre + at + (<usize>lane << 2)));
        store<i32>(index + to, i + lane);
        to += 4;
      }
    }
    for (; i < features; i++) {
      const v = load<f32>(pre + (<usize>i << 2));
      if (!(v > load<f32>(low + (<usize>i << 2)))) continue;
      store<f32>(value + to, v);
      store<i32>(index + to, i);
      to += 4;
    }
    n = <i32>(to >> 2);
    store<i32>(offset + (<usize>(t + 1) << 2), n);
    pre += <usize>features << 2;
  }
  return rows;
}

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

/**
 * Counting sort of entries by feature. start: [features + 1]; token and sorted: entries of feature j lie at start[j]..start[j + 1], in
 * token order. `position` is room for [features].
 */
export function groupByFeature(offset: usize, index: usize, value: usize, rows: i32, features: i32, start: usize, position: usize, token: usize, sorted: usize): void {
  memory.fill(start, 0, <usize>(features + 1) << 2);
  const end = index + (<usize>load<i32>(offset + (<usize>rows << 2)) << 2);
  for (let i = index; i < end; i += 4) {
    const at = start + (<usize>(load<i32>(i) + 1) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
  for (let j = 0; j < features; j++) {
    const at = start + (<usize>j << 2);
    const first = load<i32>(at);
    store<i32>(position + (<usize>j << 2), first);
    store<i32>(at + 4, load<i32>(at + 4) + first);
  }
  for (let t = 0; t < rows; t++) {
    const last = <usize>load<i32>(offset + (<usize>t << 2), 4) << 2;
    for (let i = <usize>load<i32>(offset + (<usize>t << 2)) << 2; i < last; i += 4) {
      const next = position + (<usize>load<i32>(index + i) << 2);
      const slot = load<i32>(next);
      store<i32>(next, slot + 1);
      store<i32>(token + (<usize>slot << 2), t);
      store<f32>(sorted + (<usize>slot << 2), load<f32>(value + i));
    }
  }
}

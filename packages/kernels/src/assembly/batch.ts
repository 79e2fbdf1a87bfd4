// The largest positive entries of a whole batch: a buffer of candidates that is cut back to the best whenever it fills up.
import { kthLargest } from './select'

/**
 * Keeps the `keep` largest of `count` candidates (value, token, index), in order; of those equal to the smallest the first ones.
 * `room`: [count]. Returns the smallest kept value, 0 when nothing had to go.
 */
function prune(values: usize, token: usize, index: usize, count: i32, keep: i32, room: usize): f32 {
  if (count <= keep) return 0;
  memory.copy(room, values, <usize>count << 2);
  const edge = kthLargest(room, count, keep);
  let ties = keep;
  for (let i: usize = 0; i < <usize>count << 2; i += 4) if (load<f32>(values + i) > edge) ties--;
  let n: usize = 0;
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    const v = load<f32>(values + i);
    if (v < edge || (v == edge && ties-- <= 0)) continue;
    store<f32>(values + n, v);
    store<i32>(token + n, load<i32>(token + i));
    store<i32>(index + n, load<i32>(index + i));
    n += 4;
  }
  return edge;
}

/**
 * Adds pre [rows, features] times scale [features] (left as it is when scale is 0) to the candidates for the `keep` largest positive
 * values; rows are tokens first, first + 1, ... Candidates stay in order of token and feature; ties go to the first. `state`: count and
 * (float) bound, both 0 at the start; `capacity` at least keep + features; `room`: [capacity].
 */
export function collectLargest(pre: usize, scale: usize, rows: i32, features: i32, first: i32, keep: i32, capacity: i32, state: usize, values: usize, token: usize, index: usize, room: usize): void {
  let n = load<i32>(state), bound = load<f32>(state, 4);
  const whole = features & ~3;
  for (let t = 0; t < rows; t++) {
    if (n + features > capacity) {
      const edge = prune(values, token, index, n, keep, room);
      if (n > keep) { n = keep; bound = edge; }
    }
    let limit = f32x4.splat(bound);
    let i = 0, to = <usize>n << 2;
    for (; i < whole; i += 4) {
      const at = <usize>i << 2;
      let v = v128.load(pre + at);
      if (scale) v = f32x4.mul(v, v128.load(scale + at));
      let hits = i32x4.bitmask(f32x4.gt(v, limit));
      if (!hits) continue;
      v128.store(pre + at, v);
      while (hits) {
        const lane = ctz(hits);
        hits &= hits - 1;
        store<f32>(values + to, load<f32>(pre + at + (<usize>lane << 2)));
        store<i32>(token + to, first + t);
        store<i32>(index + to, i + lane);
        to += 4;
      }
    }
    for (; i < features; i++) {
      let v = load<f32>(pre + (<usize>i << 2));
      if (scale) v *= load<f32>(scale + (<usize>i << 2));
      if (!(v > bound)) continue;
      store<f32>(values + to, v);
      store<i32>(token + to, first + t);
      store<i32>(index + to, i);
      to += 4;
    }
    n = <i32>(to >> 2);
    pre += <usize>features << 2;
  }
  store<i32>(state, n);
  store<f32>(state, bound, 4);
}

/** Cuts the candidates of collectLargest back to `keep`. Returns how many are left. */
export function finishLargest(keep: i32, state: usize, values: usize, token: usize, index: usize, room: usize): i32 {
  const n = load<i32>(state);
  prune(values, token, index, n, keep, room);
  return min(n, keep);
}

/** The k-th largest (k from 1) of `count` floats, which are reordered. */
export function selectKth(values: usize, count: i32, k: i32): f32 {
  return kthLargest(values, count, k);
}

// Exact top k of dense rows. A lower bound of the k-th value comes from group maxima, so one compare pass leaves few candidates.

/** k-th largest (k from 1) of `count` floats at `x`, which are reordered (Hoare's selection). */
export function kthLargest(x: usize, count: i32, k: i32): f32 {
  let low = 0, high = count - 1;
  const wanted = k - 1;
  while (low < high) {
    const pivot = load<f32>(x + (<usize>((low + high) >> 1) << 2));
    let i = low, j = high;
    while (i <= j) {
      while (load<f32>(x + (<usize>i << 2)) > pivot) i++;
      while (load<f32>(x + (<usize>j << 2)) < pivot) j--;
      if (i <= j) {
        const a = x + (<usize>i << 2), b = x + (<usize>j << 2);
        const held = load<f32>(a);
        store<f32>(a, load<f32>(b));
        store<f32>(b, held);
        i++; j--;
      }
    }
    if (wanted <= j) high = j;
    else if (wanted >= i) low = i;
    else break;
  }
  return load<f32>(x + (<usize>wanted << 2));
}

/** Sorts pairs by value, descending; equal values keep their order only for gap 1, so indices decide. */
function sortPairs(values: usize, index: usize, count: i32): void {
  let gap = 1;
  while (gap < count / 3) gap = gap * 3 + 1;
  for (; gap > 0; gap = gap / 3) {
    for (let i = gap; i < count; i++) {
      const v = load<f32>(values + (<usize>i << 2)), x = load<i32>(index + (<usize>i << 2));
      let j = i;
      for (; j >= gap; j -= gap) {
        const from = <usize>(j - gap) << 2, w = load<f32>(values + from);
        if (w > v || (w == v && load<i32>(index + from) < x)) break;
        store<f32>(values + (<usize>j << 2), w);
        store<i32>(index + (<usize>j << 2), load<i32>(index + from));
      }
      store<f32>(values + (<usize>j << 2), v);
      store<i32>(index + (<usize>j << 2), x);
    }
  }
}

/**
 * The k largest of every row of pre [rows, features], to which bias [features] is added and which is multiplied by scale [features] first (in
 * place), each unless it is 0: values and index [rows, stride], descending, ties to the lower index. `room`: floats for [features] maxima, then [features] values, then [features] indices.
 */
export function selectTop(pre: usize, bias: usize, scale: usize, rows: i32, features: i32, k: i32, stride: i32, values: usize, index: usize, room: usize): void {
  const groups = min(features, (2 * k + 3) & ~3);
  const candidates = room + (<usize>features << 2), ids = candidates + (<usize>features << 2);
  const whole = features & ~3, wholeGroups = features - (features % groups);
  for (let t = 0; t < rows; t++) {
    if (bias || scale) {
      let i = 0;
      for (; i < whole; i += 4) {
        const at = <usize>i << 2;
        let v = v128.load(pre + at);
        if (bias) v = f32x4.add(v, v128.load(bias + at));
        if (scale) v = f32x4.mul(v, v128.load(scale + at));
        v128.store(pre + at, v);
      }
      for (; i < features; i++) {
        const at = <usize>i << 2;
        let v = load<f32>(pre + at);
        if (bias) v += load<f32>(bias + at);
        if (scale) v *= load<f32>(scale + at);
        store<f32>(pre + at, v);
      }
    }
    // Element i belongs to group i mod groups; at least k groups reach the k-th largest maximum, so at least k elements do.
    memory.copy(room, pre, <usize>groups << 2);
    for (let base = groups; base < wholeGroups; base += groups) {
      const from = pre + (<usize>base << 2);
      let g = 0;
      for (; g + 4 <= groups; g += 4) {
        const at = <usize>g << 2;
        v128.store(room + at, f32x4.pmax(v128.load(room + at), v128.load(from + at)));
      }
      for (; g < groups; g++) store<f32>(room + (<usize>g << 2), max(load<f32>(room + (<usize>g << 2)), load<f32>(from + (<usize>g << 2))));
    }
    const threshold = kthLargest(room, groups, k);
    const limit = f32x4.splat(threshold);
    let n: usize = 0, i = 0;
    for (; i < whole; i += 4) {
      const at = <usize>i << 2;
      let hits = i32x4.bitmask(f32x4.ge(v128.load(pre + at), limit));
      while (hits) {
        const lane = ctz(hits);
        hits &= hits - 1;
        store<f32>(candidates + n, load<f32>(pre + at + (<usize>lane << 2)));
        store<i32>(ids + n, i + lane);
        n += 4;
      }
    }
    for (; i < features; i++) {
      const v = load<f32>(pre + (<usize>i << 2));
      if (v < threshold) continue;
      store<f32>(candidates + n, v);
      store<i32>(ids + n, i);
      n += 4;
    }
    sortPairs(candidates, ids, <i32>(n >> 2));
    memory.copy(values, candidates, <usize>k << 2);
    memory.copy(index, ids, <usize>k << 2);
    pre += <usize>features << 2;
    values += <usize>stride << 2;
    index += <usize>stride << 2;
  }
}

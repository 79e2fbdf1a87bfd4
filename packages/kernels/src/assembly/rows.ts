// Dense passes over rows: sums, differences, norms.

// @ts-ignore: decorator
@inline
export function lanes(v: v128): f64 {
  return <f64>f32x4.extract_lane(v, 0) + <f64>f32x4.extract_lane(v, 1) + (<f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3));
}

/** to[i] += from[i] for `count` floats (a multiple of 16). */
export function addInto(to: usize, from: usize, count: i32): void {
  const end = to + (<usize>count << 2);
  while (to < end) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    v128.store(to, f32x4.add(v128.load(to, 16), v128.load(from, 16)), 16);
    v128.store(to, f32x4.add(v128.load(to, 32), v128.load(from, 32)), 32);
    v128.store(to, f32x4.add(v128.load(to, 48), v128.load(from, 48)), 48);
    to += 64; from += 64;
  }
}

/** to[t] = x[t] - row for every row t. */
export function subtractRow(to: usize, x: usize, row: usize, rows: i32, d: i32): void {
  const n = <usize>d << 2;
  for (let t = 0; t < rows; t++) {
    for (let i: usize = 0; i < n; i += 16) v128.store(to + i, f32x4.sub(v128.load(x + i), v128.load(row + i)));
    to += n; x += n;
  }
}

/** Sum of squares of `count` floats, in double precision across blocks of 16. */
export function sumSquares(x: usize, count: i32): f64 {
  let total: f64 = 0;
  const end = x + (<usize>count << 2);
  for (; x < end; x += 64) {
    const a = v128.load(x), b = v128.load(x, 16), c = v128.load(x, 32), e = v128.load(x, 48);
    total += lanes(f32x4.add(f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b)), f32x4.add(f32x4.mul(c, c), f32x4.mul(e, e))));
  }
  return total;
}

/** e[t] += row - x[t] for every row t: turns a sum of decoder rows into out - x. */
export function errorRows(e: usize, x: usize, row: usize, rows: i32, d: i32): void {
  const n = <usize>d << 2;
  for (let t = 0; t < rows; t++) {
    for (let i: usize = 0; i < n; i += 16) {
      v128.store(e + i, f32x4.sub(f32x4.add(v128.load(e + i), v128.load(row + i)), v128.load(x + i)));
    }
    e += n; x += n;
  }
}

/** sums[i] += c * x[i] in double precision, for d floats. */
// @ts-ignore: decorator
@inline
function addRow(sums: usize, x: usize, d: i32, c: v128): void {
  for (let i: usize = 0; i < <usize>d; i += 4) {
    const v = v128.load(x + (i << 2)), at = sums + (i << 3);
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(c, f64x2.promote_low_f32x4(v))));
    v128.store(at, f64x2.add(v128.load(at, 16), f64x2.mul(c, f64x2.promote_low_f32x4(i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)))), 16);
  }
}

/** sums[i] = sum over rows of x[t][i]: d float64. */
export function columnSums(x: usize, rows: i32, d: i32, sums: usize): void {
  memory.fill(sums, 0, <usize>d << 3);
  const one = f64x2.splat(1);
  for (let t = 0; t < rows; t++) {
    addRow(sums, x, d, one);
    x += <usize>d << 2;
  }
}

/** sums[i] = sum over rows of weight[j] * w[j][i]: d float64. Rows of weight 0 are skipped. */
export function weightedRowSum(w: usize, weight: usize, rows: i32, d: i32, sums: usize): void {
  memory.fill(sums, 0, <usize>d << 3);
  for (let j = 0; j < rows; j++) {
    const c = load<f32>(weight + (<usize>j << 2));
    if (c != 0) addRow(sums, w, d, f64x2.splat(<f64>c));
    w += <usize>d << 2;
  }
}

/** to[i] = from[ids[i]] for `count` rows. */
export function gatherRows(to: usize, from: usize, ids: usize, count: i32, d: i32): void {
  const n = <usize>d << 2;
  for (let i = 0; i < count; i++) {
    memory.copy(to, from + <usize>load<i32>(ids + (<usize>i << 2)) * n, n);
    to += n;
  }
}

/** to[i] = factor * from[i] for `count` floats (a multiple of 4). */
export function scaleInto(to: usize, from: usize, count: i32, factor: f32): void {
  const f = f32x4.splat(factor);
  for (let i: usize = 0; i < <usize>count << 2; i += 16) v128.store(to + i, f32x4.mul(f, v128.load(from + i)));
}

/** figures[t] = (sum of e[t]^2, sum of (x[t] - mean)^2), two float64 per row; mean is float32 [d]. */
export function tokenFigures(e: usize, x: usize, mean: usize, rows: i32, d: i32, figures: usize): void {
  const n = <usize>d << 2;
  for (let t = 0; t < rows; t++) {
    let a = f32x4.splat(0), b = a;
    let squares: f64 = 0, deviation: f64 = 0;
    for (let i: usize = 0; i < n; i += 64) {
      a = b = f32x4.splat(0);
      for (let c: usize = i; c < i + 64; c += 16) {
        const v = v128.load(e + c), u = f32x4.sub(v128.load(x + c), v128.load(mean + c));
        a = f32x4.add(a, f32x4.mul(v, v));
        b = f32x4.add(b, f32x4.mul(u, u));
      }
      squares += lanes(a);
      deviation += lanes(b);
    }
    store<f64>(figures, squares);
    store<f64>(figures, deviation, 8);
    figures += 16; e += n; x += n;
  }
}

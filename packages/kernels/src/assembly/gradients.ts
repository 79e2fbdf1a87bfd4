// Gradients feature by feature: no two threads share a row, the row being summed stays in registers, the rows summed in the cache.
import { lanes } from './rows'

/** out[i] = <rows[token[i]], w> for i < count: gradients of one feature's activations, w its decoder row [d]. */
export function rowProducts(w: usize, rows: usize, token: usize, count: i32, d: i32, out: usize): void {
  const n = <usize>d << 2;
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    const r = rows + <usize>load<i32>(token + i) * n;
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (let c: usize = 0; c < n; c += 64) {
      s0 = f32x4.add(s0, f32x4.mul(v128.load(r + c), v128.load(w + c)));
      s1 = f32x4.add(s1, f32x4.mul(v128.load(r + c, 16), v128.load(w + c, 16)));
      s2 = f32x4.add(s2, f32x4.mul(v128.load(r + c, 32), v128.load(w + c, 32)));
      s3 = f32x4.add(s3, f32x4.mul(v128.load(r + c, 48), v128.load(w + c, 48)));
    }
    store<f32>(out + i, <f32>lanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))));
  }
}

/** to = sum of weight[i] * rows[token[i]] over i < count, for one row `to` [d]; added to it when `add` is not 0. Weights of 0 cost nothing. */
export function weightedRows(to: usize, rows: usize, token: usize, weight: usize, count: i32, d: i32, add: i32): void {
  const n = <usize>d << 2;
  const end = <usize>count << 2;
  let c: usize = 0;
  for (; c + 128 <= n; c += 128) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    if (add) {
      a0 = v128.load(to + c); a1 = v128.load(to + c, 16); a2 = v128.load(to + c, 32); a3 = v128.load(to + c, 48);
      a4 = v128.load(to + c, 64); a5 = v128.load(to + c, 80); a6 = v128.load(to + c, 96); a7 = v128.load(to + c, 112);
    }
    for (let i: usize = 0; i < end; i += 4) {
      const factor = load<f32>(weight + i);
      if (factor == 0) continue;
      const p = f32x4.splat(factor), r = rows + <usize>load<i32>(token + i) * n + c;
      a0 = f32x4.add(a0, f32x4.mul(p, v128.load(r)));
      a1 = f32x4.add(a1, f32x4.mul(p, v128.load(r, 16)));
      a2 = f32x4.add(a2, f32x4.mul(p, v128.load(r, 32)));
      a3 = f32x4.add(a3, f32x4.mul(p, v128.load(r, 48)));
      a4 = f32x4.add(a4, f32x4.mul(p, v128.load(r, 64)));
      a5 = f32x4.add(a5, f32x4.mul(p, v128.load(r, 80)));
      a6 = f32x4.add(a6, f32x4.mul(p, v128.load(r, 96)));
      a7 = f32x4.add(a7, f32x4.mul(p, v128.load(r, 112)));
    }
    const o = to + c;
    v128.store(o, a0); v128.store(o, a1, 16); v128.store(o, a2, 32); v128.store(o, a3, 48);
    v128.store(o, a4, 64); v128.store(o, a5, 80); v128.store(o, a6, 96); v128.store(o, a7, 112);
  }
  for (; c < n; c += 16) {
    let a = add ? v128.load(to + c) : f32x4.splat(0);
    for (let i: usize = 0; i < end; i += 4) {
      a = f32x4.add(a, f32x4.mul(v128.load32_splat(weight + i), v128.load(rows + <usize>load<i32>(token + i) * n + c)));
    }
    v128.store(to + c, a);
  }
}

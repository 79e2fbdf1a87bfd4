// Gradients of both matrices from entries in feature order. No two threads share a row; the tokens' rows are read in blocks of columns
// narrow enough that those of all tokens stay in a core's cache, copied together first. `block` is a multiple of 32 columns.
import { lanes } from './rows'

/** Copies `bytes` of each of `count` rows, `stride` bytes apart, one after the other. */
// @ts-ignore: decorator
@inline
function pack(to: usize, from: usize, count: i32, stride: usize, bytes: usize): void {
  for (let t = 0; t < count; t++) {
    memory.copy(to, from, bytes);
    to += bytes; from += stride;
  }
}

/** Sum of the products of 16 columns, lane by lane. */
// @ts-ignore: decorator
@inline
function products(w: usize, r: usize): v128 {
  return f32x4.add(
    f32x4.add(f32x4.mul(v128.load(w), v128.load(r)), f32x4.mul(v128.load(w, 16), v128.load(r, 16))),
    f32x4.add(f32x4.mul(v128.load(w, 32), v128.load(r, 32)), f32x4.mul(v128.load(w, 48), v128.load(r, 48))),
  );
}

/**
 * out[i] = <rows[token[i]], w[j]> for the entries start[j] <= i < start[j + 1] of every feature j: gradients of activations.
 * rows [tokens, d], w [features, d]; `room` holds tokens x block floats unless the block is the whole row.
 */
export function groupedProducts(
  w: usize, rows: usize, start: usize, token: usize, out: usize,
  features: i32, tokens: i32, d: i32, block: i32, room: usize,
): void {
  const n = <usize>d << 2, wide = <usize>block << 2;
  const from = <usize>load<i32>(start) << 2, to = <usize>load<i32>(start + (<usize>features << 2)) << 2;
  memory.fill(out + from, 0, to - from);
  for (let c: usize = 0; c < n; c += wide) {
    const bytes = min(wide, n - c);
    if (bytes < n) pack(room, rows + c, tokens, n, bytes);
    const source = bytes < n ? room : rows;
    let o = w + c, first = from;
    for (let j: usize = 0; j < <usize>features; j++) {
      const end = <usize>load<i32>(start + (j << 2), 4) << 2;
      for (let i = first; i < end; i += 4) {
        const r = source + <usize>load<i32>(token + i) * bytes;
        let sum = products(o, r);
        for (let q: usize = 64; q < bytes; q += 64) sum = f32x4.add(sum, products(o + q, r + q));
        store<f32>(out + i, load<f32>(out + i) + <f32>lanes(sum));
      }
      first = end;
      o += n;
    }
  }
}

/**
 * to[j] = sum of weight[i] * rows[token[i]] over the entries start[j] <= i < start[j + 1] of every feature j, added to it when `add` is
 * not 0: rows of a gradient [features, d]. `room` as above.
 */
export function groupedSums(
  to: usize, rows: usize, start: usize, token: usize, weight: usize,
  features: i32, tokens: i32, d: i32, block: i32, room: usize, add: i32,
): void {
  const n = <usize>d << 2, wide = <usize>block << 2;
  for (let c: usize = 0; c < n; c += wide) {
    const bytes = min(wide, n - c);
    if (bytes < n) pack(room, rows + c, tokens, n, bytes);
    const source = bytes < n ? room : rows;
    let o = to + c, first = <usize>load<i32>(start) << 2;
    for (let j: usize = 0; j < <usize>features; j++) {
      const end = <usize>load<i32>(start + (j << 2), 4) << 2;
      let q: usize = 0;
      for (; q + 128 <= bytes; q += 128) {
        const z = o + q;
        let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        if (add) {
          a0 = v128.load(z); a1 = v128.load(z, 16); a2 = v128.load(z, 32); a3 = v128.load(z, 48);
          a4 = v128.load(z, 64); a5 = v128.load(z, 80); a6 = v128.load(z, 96); a7 = v128.load(z, 112);
        }
        for (let i = first; i < end; i += 4) {
          const p = v128.load32_splat(weight + i), r = source + <usize>load<i32>(token + i) * bytes + q;
          a0 = f32x4.add(a0, f32x4.mul(p, v128.load(r)));
          a1 = f32x4.add(a1, f32x4.mul(p, v128.load(r, 16)));
          a2 = f32x4.add(a2, f32x4.mul(p, v128.load(r, 32)));
          a3 = f32x4.add(a3, f32x4.mul(p, v128.load(r, 48)));
          a4 = f32x4.add(a4, f32x4.mul(p, v128.load(r, 64)));
          a5 = f32x4.add(a5, f32x4.mul(p, v128.load(r, 80)));
          a6 = f32x4.add(a6, f32x4.mul(p, v128.load(r, 96)));
          a7 = f32x4.add(a7, f32x4.mul(p, v128.load(r, 112)));
        }
        v128.store(z, a0); v128.store(z, a1, 16); v128.store(z, a2, 32); v128.store(z, a3, 48);
        v128.store(z, a4, 64); v128.store(z, a5, 80); v128.store(z, a6, 96); v128.store(z, a7, 112);
      }
      for (; q < bytes; q += 16) {
        let a = add ? v128.load(o + q) : f32x4.splat(0);
        for (let i = first; i < end; i += 4) {
          a = f32x4.add(a, f32x4.mul(v128.load32_splat(weight + i), v128.load(source + <usize>load<i32>(token + i) * bytes + q)));
        }
        v128.store(o + q, a);
      }
      first = end;
      o += n;
    }
  }
}

// Sparse decode: only the decoder rows of the features that fire are read.

/** out[t] = sum over begin[t] <= i < end[t] of values[i] * w[index[i]]; 32 columns stay in registers while the entries pass by. Values of 0 cost nothing. */
export function decodeRows(values: usize, index: usize, begin: usize, end: usize, rows: i32, d: i32, w: usize, out: usize): void {
  const n = <usize>d << 2;
  for (let t = 0; t < rows; t++) {
    const first = load<i32>(begin + (<usize>t << 2));
    const count = <usize>(load<i32>(end + (<usize>t << 2)) - first) << 2;
    const base = <usize>first << 2;
    const v = values + base, x = index + base;
    let c: usize = 0;
    for (; c + 128 <= n; c += 128) {
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
      for (let i: usize = 0; i < count; i += 4) {
        const value = load<f32>(v + i);
        if (value == 0) continue;
        const p = f32x4.splat(value);
        const r = w + <usize>load<i32>(x + i) * n + c;
        a0 = f32x4.add(a0, f32x4.mul(p, v128.load(r)));
        a1 = f32x4.add(a1, f32x4.mul(p, v128.load(r, 16)));
        a2 = f32x4.add(a2, f32x4.mul(p, v128.load(r, 32)));
        a3 = f32x4.add(a3, f32x4.mul(p, v128.load(r, 48)));
        a4 = f32x4.add(a4, f32x4.mul(p, v128.load(r, 64)));
        a5 = f32x4.add(a5, f32x4.mul(p, v128.load(r, 80)));
        a6 = f32x4.add(a6, f32x4.mul(p, v128.load(r, 96)));
        a7 = f32x4.add(a7, f32x4.mul(p, v128.load(r, 112)));
      }
      const o = out + c;
      v128.store(o, a0); v128.store(o, a1, 16); v128.store(o, a2, 32); v128.store(o, a3, 48);
      v128.store(o, a4, 64); v128.store(o, a5, 80); v128.store(o, a6, 96); v128.store(o, a7, 112);
    }
    for (; c < n; c += 16) {
      let a = f32x4.splat(0);
      for (let i: usize = 0; i < count; i += 4) {
        a = f32x4.add(a, f32x4.mul(v128.load32_splat(v + i), v128.load(w + <usize>load<i32>(x + i) * n + c)));
      }
      v128.store(out + c, a);
    }
    out += n;
  }
}

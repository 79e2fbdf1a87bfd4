// Gradients feature by feature: no two threads share a row, the row being summed stays in registers, W_dec[j] in L1.
import { lanes } from './rows'

/**
 * For every feature j with entries (token t, value p): delta = scale * <e[t], wDec[j]> (kept at `delta`), then
 *   gEnc[j] (+)= sum delta * h[t],   gDec[j] (+)= sum scale * p * e[t],   gBias[j] (+)= sum delta.
 * `add` 0: rows are overwritten (zero without entries); 1: added to, and features without entries are left alone.
 */
export function accumulateGradients(features: i32, d: i32, start: usize, token: usize, value: usize, delta: usize, scale: f32, h: usize, e: usize, wDec: usize, gEnc: usize, gDec: usize, gBias: usize, add: i32): void {
  const n = <usize>d << 2;
  for (let j = 0; j < features; j++) {
    const first = <usize>load<i32>(start + (<usize>j << 2)) << 2, last = <usize>load<i32>(start + (<usize>j << 2), 4) << 2;
    const row = <usize>j * n;
    const bias = gBias + (<usize>j << 2);
    if (first == last) {
      if (!add) {
        memory.fill(gEnc + row, 0, n);
        memory.fill(gDec + row, 0, n);
        store<f32>(bias, 0);
      }
      continue;
    }
    let total: f64 = add ? <f64>load<f32>(bias) : 0;
    for (let i = first; i < last; i += 4) {
      const r = e + <usize>load<i32>(token + i) * n, w = wDec + row;
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (let c: usize = 0; c < n; c += 64) {
        s0 = f32x4.add(s0, f32x4.mul(v128.load(r + c), v128.load(w + c)));
        s1 = f32x4.add(s1, f32x4.mul(v128.load(r + c, 16), v128.load(w + c, 16)));
        s2 = f32x4.add(s2, f32x4.mul(v128.load(r + c, 32), v128.load(w + c, 32)));
        s3 = f32x4.add(s3, f32x4.mul(v128.load(r + c, 48), v128.load(w + c, 48)));
      }
      const dp = <f32>(<f64>scale * lanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))));
      store<f32>(delta + i, dp);
      total += <f64>dp;
    }
    store<f32>(bias, <f32>total);
    const scaled = f32x4.splat(scale);
    for (let c: usize = 0; c < n; c += 64) {
      let x0 = f32x4.splat(0), x1 = x0, x2 = x0, x3 = x0, y0 = x0, y1 = x0, y2 = x0, y3 = x0;
      for (let i = first; i < last; i += 4) {
        const at = <usize>load<i32>(token + i) * n + c;
        const q = v128.load32_splat(delta + i), p = v128.load32_splat(value + i);
        const hr = h + at, er = e + at;
        x0 = f32x4.add(x0, f32x4.mul(q, v128.load(hr)));
        x1 = f32x4.add(x1, f32x4.mul(q, v128.load(hr, 16)));
        x2 = f32x4.add(x2, f32x4.mul(q, v128.load(hr, 32)));
        x3 = f32x4.add(x3, f32x4.mul(q, v128.load(hr, 48)));
        y0 = f32x4.add(y0, f32x4.mul(p, v128.load(er)));
        y1 = f32x4.add(y1, f32x4.mul(p, v128.load(er, 16)));
        y2 = f32x4.add(y2, f32x4.mul(p, v128.load(er, 32)));
        y3 = f32x4.add(y3, f32x4.mul(p, v128.load(er, 48)));
      }
      y0 = f32x4.mul(y0, scaled); y1 = f32x4.mul(y1, scaled); y2 = f32x4.mul(y2, scaled); y3 = f32x4.mul(y3, scaled);
      const a = gEnc + row + c, b = gDec + row + c;
      if (add) {
        x0 = f32x4.add(x0, v128.load(a)); x1 = f32x4.add(x1, v128.load(a, 16)); x2 = f32x4.add(x2, v128.load(a, 32)); x3 = f32x4.add(x3, v128.load(a, 48));
        y0 = f32x4.add(y0, v128.load(b)); y1 = f32x4.add(y1, v128.load(b, 16)); y2 = f32x4.add(y2, v128.load(b, 32)); y3 = f32x4.add(y3, v128.load(b, 48));
      }
      v128.store(a, x0); v128.store(a, x1, 16); v128.store(a, x2, 32); v128.store(a, x3, 48);
      v128.store(b, y0); v128.store(b, y1, 16); v128.store(b, y2, 32); v128.store(b, y3, 48);
    }
  }
}

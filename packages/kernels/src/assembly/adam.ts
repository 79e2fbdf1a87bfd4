// Adam (Kingma and Ba 2015) as torch.optim.Adam writes it, fused over gradient, both moments and the parameter.
import { sumSquares } from './rows'

/**
 * m = b1 m + (1 - b1) c g, v = b2 v + (1 - b2) (c g)^2, p = p * decay - step * m / (sqrt(v) * root + eps) for `count` floats (a
 * multiple of 4). c is the clipping factor, decay = 1 - lr * weight decay, step = lr / (1 - b1^t), root = 1 / sqrt(1 - b2^t).
 */
export function adamVector(count: i32, p: usize, g: usize, m: usize, v: usize, c: f32, b1: f32, b2: f32, o1: f32, o2: f32, step: f32, root: f32, eps: f32, decay: f32): void {
  const cv = f32x4.splat(c), b1v = f32x4.splat(b1), b2v = f32x4.splat(b2), o1v = f32x4.splat(o1), o2v = f32x4.splat(o2);
  const sv = f32x4.splat(step), dv = f32x4.splat(decay), rv = f32x4.splat(root), ev = f32x4.splat(eps);
  const n = <usize>count << 2;
  for (let i: usize = 0; i < n; i += 16) {
    const gg = f32x4.mul(cv, v128.load(g + i));
    const mm = f32x4.add(f32x4.mul(b1v, v128.load(m + i)), f32x4.mul(o1v, gg));
    const vv = f32x4.add(f32x4.mul(b2v, v128.load(v + i)), f32x4.mul(o2v, f32x4.mul(gg, gg)));
    v128.store(m + i, mm);
    v128.store(v + i, vv);
    v128.store(p + i, f32x4.sub(f32x4.mul(dv, v128.load(p + i)), f32x4.div(f32x4.mul(sv, mm), f32x4.add(f32x4.mul(f32x4.sqrt(vv), rv), ev))));
  }
}

/** norm[j] = L2 norm of row j, inverse[j] = 1 / norm[j] (0 for a row of zeros). */
export function rowNorms(w: usize, rows: i32, d: i32, norm: usize, inverse: usize): void {
  for (let j = 0; j < rows; j++) {
    const length = sqrt<f64>(sumSquares(w, d));
    store<f32>(norm + (<usize>j << 2), <f32>length);
    store<f32>(inverse + (<usize>j << 2), length > 0 ? <f32>(1.0 / length) : 0);
    w += <usize>d << 2;
  }
}

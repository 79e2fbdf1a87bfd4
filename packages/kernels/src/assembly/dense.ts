// Activations and their gradients over whole chunks [rows, features], where they are not sparse: architectures without top-k early in a
// training, and dead features in the auxiliary loss. Sums over tokens are added to float32 arrays [features]: chunks are short, the caller
// adds them up in double precision.

// @ts-ignore: decorator
@inline
function addTo(sums: usize, v: v128): void {
  v128.store(sums, f32x4.add(v128.load(sums), v));
}

/** acts = max(pre, 0) for `count` floats. */
export function reluInto(acts: usize, pre: usize, count: i32): void {
  const whole = <usize>(count & ~3) << 2, zero = f32x4.splat(0);
  let i: usize = 0;
  for (; i < whole; i += 16) v128.store(acts + i, f32x4.pmax(zero, v128.load(pre + i)));
  for (; i < <usize>count << 2; i += 4) store<f32>(acts + i, max<f32>(0, load<f32>(pre + i)));
}

/** d = (d + add[j]) where acts > 0, else 0; sums of d, of acts, and of acts > 0. */
export function reluBackward(acts: usize, d: usize, add: usize, rows: i32, features: i32, sumD: usize, sumActs: usize, fired: usize): void {
  const whole = <usize>(features & ~3) << 2, n = <usize>features << 2, zero = f32x4.splat(0), one = f32x4.splat(1);
  for (let t = 0; t < rows; t++) {
    let j: usize = 0;
    for (; j < whole; j += 16) {
      const a = v128.load(acts + j), on = f32x4.gt(a, zero);
      const g = v128.and(on, f32x4.add(v128.load(d + j), v128.load(add + j)));
      v128.store(d + j, g);
      addTo(sumD + j, g);
      addTo(sumActs + j, a);
      addTo(fired + j, v128.and(on, one));
    }
    for (; j < n; j += 4) {
      const a = load<f32>(acts + j);
      const g: f32 = a > 0 ? load<f32>(d + j) + load<f32>(add + j) : 0;
      store<f32>(d + j, g);
      store<f32>(sumD + j, load<f32>(sumD + j) + g);
      store<f32>(sumActs + j, load<f32>(sumActs + j) + a);
      if (a > 0) store<f32>(fired + j, load<f32>(fired + j) + 1);
    }
    acts += n; d += n;
  }
}

/** open = max(gate, 0); acts = max((gate - bGate) * scale + bMag, 0) where the gate is open, else 0. */
export function gateInto(acts: usize, open: usize, gate: usize, bGate: usize, scale: usize, bMag: usize, rows: i32, features: i32): void {
  const whole = <usize>(features & ~3) << 2, n = <usize>features << 2, zero = f32x4.splat(0);
  for (let t = 0; t < rows; t++) {
    let j: usize = 0;
    for (; j < whole; j += 16) {
      const g = v128.load(gate + j);
      const m = f32x4.add(f32x4.mul(f32x4.sub(g, v128.load(bGate + j)), v128.load(scale + j)), v128.load(bMag + j));
      v128.store(open + j, f32x4.pmax(zero, g));
      v128.store(acts + j, v128.and(f32x4.gt(g, zero), f32x4.pmax(zero, m)));
    }
    for (; j < n; j += 4) {
      const g = load<f32>(gate + j);
      const m = (g - load<f32>(bGate + j)) * load<f32>(scale + j) + load<f32>(bMag + j);
      store<f32>(open + j, max<f32>(0, g));
      store<f32>(acts + j, g > 0 ? max<f32>(0, m) : 0);
    }
    acts += n; open += n; gate += n;
  }
}

/**
 * Gradient of the gate's product, in d0: with q = d1 + add[j] where the gate is open and p = d0 where acts > 0, d0 = p * scale + q. Sums
 * of q, of open, of p, of p * scale * (open - bGate), and of acts > 0.
 */
export function gateBackward(acts: usize, open: usize, d0: usize, d1: usize, add: usize, bGate: usize, scale: usize, rows: i32, features: i32, sumGate: usize, sumOpen: usize, sumMag: usize, sumScale: usize, fired: usize): void {
  const whole = <usize>(features & ~3) << 2, n = <usize>features << 2, zero = f32x4.splat(0), one = f32x4.splat(1);
  for (let t = 0; t < rows; t++) {
    let j: usize = 0;
    for (; j < whole; j += 16) {
      const o = v128.load(open + j), on = f32x4.gt(v128.load(acts + j), zero);
      const q = v128.and(f32x4.gt(o, zero), f32x4.add(v128.load(d1 + j), v128.load(add + j)));
      const p = v128.and(on, v128.load(d0 + j)), s = f32x4.mul(p, v128.load(scale + j));
      v128.store(d0 + j, f32x4.add(s, q));
      addTo(sumGate + j, q);
      addTo(sumOpen + j, o);
      addTo(sumMag + j, p);
      addTo(sumScale + j, f32x4.mul(s, f32x4.sub(o, v128.load(bGate + j))));
      addTo(fired + j, v128.and(on, one));
    }
    for (; j < n; j += 4) {
      const o = load<f32>(open + j), on = load<f32>(acts + j) > 0;
      const q: f32 = o > 0 ? load<f32>(d1 + j) + load<f32>(add + j) : 0;
      const p: f32 = on ? load<f32>(d0 + j) : 0, s = p * load<f32>(scale + j);
      store<f32>(d0 + j, s + q);
      store<f32>(sumGate + j, load<f32>(sumGate + j) + q);
      store<f32>(sumOpen + j, load<f32>(sumOpen + j) + o);
      store<f32>(sumMag + j, load<f32>(sumMag + j) + p);
      store<f32>(sumScale + j, load<f32>(sumScale + j) + s * (o - load<f32>(bGate + j)));
      if (on) store<f32>(fired + j, load<f32>(fired + j) + 1);
    }
    acts += n; open += n; d0 += n; d1 += n;
  }
}

/** acts = pre where pre > theta[j], else 0; open[t] = how many are (i32). */
export function jumpInto(acts: usize, pre: usize, theta: usize, rows: i32, features: i32, open: usize): void {
  const whole = <usize>(features & ~3) << 2, n = <usize>features << 2;
  for (let t = 0; t < rows; t++) {
    let count = 0;
    let j: usize = 0;
    for (; j < whole; j += 16) {
      const v = v128.load(pre + j), on = f32x4.gt(v, v128.load(theta + j));
      v128.store(acts + j, v128.and(on, v));
      count += popcnt(i32x4.bitmask(on));
    }
    for (; j < n; j += 4) {
      const v = load<f32>(pre + j), on = v > load<f32>(theta + j);
      store<f32>(acts + j, on ? v : 0);
      if (on) count++;
    }
    store<i32>(open + (<usize>t << 2), count);
    acts += n; pre += n;
  }
}

/**
 * Gradient of the pre-activations, in d: d where pre > theta[j], and (with `toInput`) jump = (d * theta[j] + dOpen[t]) / width where
 * |pre - theta| < width / 2. Sums of the result, of -jump, and of pre > theta.
 */
export function jumpBackward(pre: usize, d: usize, theta: usize, dOpen: usize, width: f32, toInput: i32, rows: i32, features: i32, sumD: usize, sumTheta: usize, fired: usize): void {
  const whole = <usize>(features & ~3) << 2, n = <usize>features << 2, one = f32x4.splat(1);
  const half = f32x4.splat(width / 2), inverse = f32x4.splat(1 / width);
  for (let t = 0; t < rows; t++) {
    const slope = load<f32>(dOpen + (<usize>t << 2)), slopes = f32x4.splat(slope);
    let j: usize = 0;
    for (; j < whole; j += 16) {
      const v = v128.load(pre + j), h = v128.load(theta + j), g = v128.load(d + j), on = f32x4.gt(v, h);
      const near = f32x4.lt(f32x4.abs(f32x4.sub(v, h)), half);
      const jump = v128.and(near, f32x4.mul(f32x4.add(f32x4.mul(g, h), slopes), inverse));
      let out = v128.and(on, g);
      if (toInput) out = f32x4.add(out, jump);
      v128.store(d + j, out);
      addTo(sumD + j, out);
      v128.store(sumTheta + j, f32x4.sub(v128.load(sumTheta + j), jump));
      addTo(fired + j, v128.and(on, one));
    }
    for (; j < n; j += 4) {
      const v = load<f32>(pre + j), h = load<f32>(theta + j), g = load<f32>(d + j);
      const jump: f32 = abs<f32>(v - h) < width / 2 ? (g * h + slope) * (1 / width) : 0;
      const out: f32 = (v > h ? g : 0) + (toInput ? jump : 0);
      store<f32>(d + j, out);
      store<f32>(sumD + j, load<f32>(sumD + j) + out);
      store<f32>(sumTheta + j, load<f32>(sumTheta + j) - jump);
      if (v > h) store<f32>(fired + j, load<f32>(fired + j) + 1);
    }
    pre += n; d += n;
  }
}

/** to = pre * scale[j] (pre itself when scale is 0), its absolute value with `magnitudes`. */
export function rankInto(to: usize, pre: usize, scale: usize, rows: i32, features: i32, magnitudes: i32): void {
  const whole = <usize>(features & ~3) << 2, n = <usize>features << 2;
  for (let t = 0; t < rows; t++) {
    let j: usize = 0;
    for (; j < whole; j += 16) {
      let v = v128.load(pre + j);
      if (scale) v = f32x4.mul(v, v128.load(scale + j));
      v128.store(to + j, magnitudes ? f32x4.abs(v) : v);
    }
    for (; j < n; j += 4) {
      let v = load<f32>(pre + j);
      if (scale) v *= load<f32>(scale + j);
      store<f32>(to + j, magnitudes ? abs<f32>(v) : v);
    }
    to += n; pre += n;
  }
}

/** d = 0 wherever code is 0, for `count` floats. */
export function keepWhere(d: usize, code: usize, count: i32): void {
  const whole = <usize>(count & ~3) << 2, zero = f32x4.splat(0);
  let i: usize = 0;
  for (; i < whole; i += 16) v128.store(d + i, v128.and(v128.load(d + i), f32x4.ne(v128.load(code + i), zero)));
  for (; i < <usize>count << 2; i += 4) if (load<f32>(code + i) == 0) store<f32>(d + i, 0);
}

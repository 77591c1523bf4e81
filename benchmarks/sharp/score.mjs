// How near an output comes to Lanczos3 from the full image: SSIM of the luma in windows of 8x8, every fourth pixel.
//
// The reference is computed here, in doubles, from the fully decoded source: neither side's own resampling is the
// measure. Transparency lies on white.

const LOBES = 3;
const WINDOW = 8;
const STEP = 4;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** The luma of a file (BT.601), 0 to 255, on white: {data, width, height}. */
export async function luma(sharp, file) {
  const { data, info } = await sharp(file, { limitInputPixels: false })
    .toColourspace("srgb").ensureAlpha().raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  const grey = new Float64Array(info.width * info.height);
  for (let i = 0; i < grey.length; i++) {
    const [r, g, b, a] = [data[4 * i], data[4 * i + 1], data[4 * i + 2], data[4 * i + 3] / 255];
    grey[i] = (0.299 * r + 0.587 * g + 0.114 * b) * a + 255 * (1 - a);
  }
  return { data: grey, width: info.width, height: info.height };
}

/** An image of another size by Lanczos3, widened where it shrinks; edges repeat. */
export function lanczos3({ data, width, height }, newWidth, newHeight) {
  const narrow = pass(data, width, height, newWidth);
  const turned = pass(narrow, height, newWidth, newHeight);
  return { data: turned.map((v) => Math.min(255, Math.max(0, v))), width: newWidth, height: newHeight };
}

// Resizes every row and gives the result with rows and columns exchanged, so that two passes do it all.
function pass(data, width, height, newWidth) {
  const result = new Float64Array(newWidth * height);
  for (let x = 0; x < newWidth; x++) {
    const { start, weights } = taps(width, newWidth, x);
    for (let y = 0; y < height; y++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) {
        sum += weights[k] * data[y * width + Math.min(width - 1, Math.max(0, start + k))];
      }
      result[x * height + y] = sum;
    }
  }
  return result;
}

function taps(width, newWidth, x) {
  const ratio = width / newWidth;
  const wide = Math.max(1, ratio);
  const centre = (x + 0.5) * ratio - 0.5;
  const start = Math.ceil(centre - LOBES * wide);
  const weights = [];
  for (let i = start; i <= centre + LOBES * wide; i++) {
    weights.push(kernel((i - centre) / wide));
  }
  const sum = weights.reduce((a, b) => a + b);
  return { start, weights: weights.map((weight) => weight / sum) };
}

function kernel(x) {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const p = Math.PI * x;
  return (LOBES * Math.sin(p) * Math.sin(p / LOBES)) / (p * p);
}

/** The mean structural similarity of two images of one size; 1 is the same. */
export function ssim(a, b) {
  let sum = 0;
  let windows = 0;
  for (let y = 0; y + WINDOW <= a.height; y += STEP) {
    for (let x = 0; x + WINDOW <= a.width; x += STEP) {
      sum += similarity(a, b, x, y);
      windows++;
    }
  }
  return sum / windows;
}

function similarity(a, b, left, top) {
  let [sa, sb, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let y = top; y < top + WINDOW; y++) {
    for (let x = left; x < left + WINDOW; x++) {
      const u = a.data[y * a.width + x];
      const v = b.data[y * a.width + x];
      sa += u;
      sb += v;
      aa += u * u;
      bb += v * v;
      ab += u * v;
    }
  }
  const n = WINDOW * WINDOW;
  const [ma, mb] = [sa / n, sb / n];
  const [va, vb, cov] = [aa / n - ma * ma, bb / n - mb * mb, ab / n - ma * mb];
  return ((2 * ma * mb + C1) * (2 * cov + C2)) / ((ma * ma + mb * mb + C1) * (va + vb + C2));
}
